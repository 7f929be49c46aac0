#include "ops/extents.hpp"
#include "ops/sum_squares/sum_squares.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const SumSquares& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 2);
  expect_f32(op.name, operands, 0);
  if (operands.size() > 1) expect_shape(op.name, operands, 1, {1}, "before");
  return {{DType::f32, Shape{1}}};
}

double flops(const SumSquares&, std::span<const ValueType> operands, std::span<const ValueType>) {
  return 2.0 * static_cast<double>(operands[0].shape.elements());
}

}  // namespace terramask::ops
