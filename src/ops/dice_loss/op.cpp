#include <fmt/format.h>

#include "ops/dice_loss/dice_loss.hpp"
#include "ops/dice_loss_gradient/dice_loss_gradient.hpp"
#include "ops/extents.hpp"
#include "ops/pixel_loss/pixel_loss.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const DiceLoss& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 3, 3);
  expect_labels(op.name, operands);
  if (operands[0].shape.c() < 2)
    expect_failed(op.name, "at least 2 channels for a softmax", to_string(operands[0].shape));
  if (!(op.smooth > 0)) expect_failed(op.name, "a smooth above 0", fmt::format("{}", op.smooth));
  return {{DType::f32, Shape{2}}, {DType::f32, Shape{3 * operands[0].shape.c()}}};
}

double flops(const DiceLoss&, std::span<const ValueType> operands, std::span<const ValueType>) {
  return 6.0 * static_cast<double>(operands[0].shape.elements());
}

std::string describe(const DiceLoss& op) {
  return fmt::format("smooth {}", op.smooth);
}

void differentiate(const DiceLoss& op, Backward& backward) {
  backward.give(0, backward.add1(DiceLossGradient{op.smooth},
                                 {backward.operand(0), backward.operand(1), backward.operand(2),
                                  backward.result(1), backward.result(0)},
                                 "dx"));
}

}  // namespace terramask::ops
