#include "ops/extents.hpp"
#include "ops/softmax_gradient/softmax_gradient.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const SoftmaxGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  const Shape& y = expect_image(op.name, operands, 0);
  expect_shape(op.name, operands, 1, y, "a gradient as y,");
  return {operands[0]};
}

double flops(const SoftmaxGradient&, std::span<const ValueType>, std::span<const ValueType> results) {
  return 4.0 * static_cast<double>(results[0].shape.elements());
}

}  // namespace terramask::ops
