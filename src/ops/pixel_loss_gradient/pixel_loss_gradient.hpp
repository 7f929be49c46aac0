// The gradient of pixel_loss.
#pragma once

#include "ops/pixel_loss/pixel_loss.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: those of pixel_loss. Result: dz, as the logits: the gradient of Σ w · loss; 0 where the weight
/// is 0.
struct PixelLossGradient {
  static constexpr std::string_view name = "pixel_loss_gradient";
  PixelLossOptions loss;
};

std::vector<ValueType> infer(const PixelLossGradient& op, std::span<const ValueType> operands);
double flops(const PixelLossGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const PixelLossGradient& op);

}  // namespace terramask::ops
