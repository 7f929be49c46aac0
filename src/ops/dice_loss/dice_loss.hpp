// Soft Dice loss (Milletari et al. 2016) over softmax probabilities.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: logits z [N, C, H, W], labels (i32 [N, 1, H, W]), weights [N, 1, H, W], as in pixel_loss.
/// Results:
/// * total [2] = (D · W, W), W = Σ w, D = mean over the classes of 1 − (2 Σ w p t + smooth) / (Σ w p + Σ w t
///   + smooth),
/// * sums [3·C] = (Σ w p t, Σ w p, Σ w t) for each class, over the whole batch.
struct DiceLoss {
  static constexpr std::string_view name = "dice_loss";
  static constexpr bool vulkan_scratch = true;
  static constexpr bool makes_weights = true;
  double smooth = 1;
};

std::vector<ValueType> infer(const DiceLoss& op, std::span<const ValueType> operands);
double flops(const DiceLoss& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const DiceLoss& op);
void differentiate(const DiceLoss& op, Backward& backward);

}  // namespace terramask::ops
