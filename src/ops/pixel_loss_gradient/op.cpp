#include "ops/extents.hpp"
#include "ops/pixel_loss_gradient/pixel_loss_gradient.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const PixelLossGradient& op, std::span<const ValueType> operands) {
  expect_loss_operands(op.name, op.loss, operands);
  return {operands[0]};
}

double flops(const PixelLossGradient&, std::span<const ValueType> operands, std::span<const ValueType>) {
  return 4.0 * static_cast<double>(operands[0].shape.elements());
}

std::string describe(const PixelLossGradient& op) {
  return describe(op.loss);
}

}  // namespace terramask::ops
