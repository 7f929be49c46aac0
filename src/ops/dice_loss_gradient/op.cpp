#include <fmt/format.h>

#include "ops/dice_loss_gradient/dice_loss_gradient.hpp"
#include "ops/extents.hpp"
#include "ops/pixel_loss/pixel_loss.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const DiceLossGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 5, 5);
  expect_labels(op.name, operands);
  expect_shape(op.name, operands, 3, {3 * operands[0].shape.c()}, "sums");
  expect_shape(op.name, operands, 4, {2}, "total");
  return {operands[0]};
}

double flops(const DiceLossGradient&, std::span<const ValueType> operands, std::span<const ValueType>) {
  return 8.0 * static_cast<double>(operands[0].shape.elements());
}

std::string describe(const DiceLossGradient& op) {
  return fmt::format("smooth {}", op.smooth);
}

}  // namespace terramask::ops
