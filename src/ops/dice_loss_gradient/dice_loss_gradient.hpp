// The gradient of dice_loss.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: logits, labels, weights, and dice_loss's sums and total. Result: dz, the gradient of D · W.
struct DiceLossGradient {
  static constexpr std::string_view name = "dice_loss_gradient";
  double smooth = 1;
};

std::vector<ValueType> infer(const DiceLossGradient& op, std::span<const ValueType> operands);
double flops(const DiceLossGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const DiceLossGradient& op);

}  // namespace terramask::ops
