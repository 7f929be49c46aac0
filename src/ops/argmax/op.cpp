#include "ops/argmax/argmax.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Argmax& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  const Shape& x = expect_image(op.name, operands, 0);
  return {make_image(op.name, DType::i32, x, x.n(), 1, x.h(), x.w())};
}

// One per comparison.
double flops(const Argmax&, std::span<const ValueType> operands, std::span<const ValueType>) {
  return static_cast<double>(operands[0].shape.elements());
}

}  // namespace terramask::ops
