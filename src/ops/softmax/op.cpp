#include "ops/extents.hpp"
#include "ops/softmax/softmax.hpp"
#include "ops/softmax_gradient/softmax_gradient.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Softmax& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  expect_image(op.name, operands, 0);
  return {operands[0]};
}

// Per element: comparison, subtraction, exponential, addition, division.
double flops(const Softmax&, std::span<const ValueType>, std::span<const ValueType> results) {
  return 5.0 * static_cast<double>(results[0].shape.elements());
}

void differentiate(const Softmax&, Backward& backward) {
  backward.give(0, backward.add1(SoftmaxGradient{}, {backward.result(), backward.gradient()}, "dx"));
}

}  // namespace terramask::ops
