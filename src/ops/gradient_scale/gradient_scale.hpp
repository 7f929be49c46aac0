// The factor that scales all gradients.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: total [2] = (Σ w · loss, Σ w), squares [1] = Σ g² over all gradients. Results: scale [1] and
/// norm [1],
/// norm = sqrt(squares) / Σ w,  scale = 1 / Σ w · min(1, max_norm / (norm + 1e-6))
/// (as torch's clip_grad_norm_; max_norm 0: no clipping). Both are 0 if Σ w is 0. If the norm is not finite,
/// scale is NaN.
struct GradientScale {
  static constexpr std::string_view name = "gradient_scale";
  static constexpr bool makes_weights = true;
  double max_norm = 0;
};

std::vector<ValueType> infer(const GradientScale& op, std::span<const ValueType> operands);
double flops(const GradientScale& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const GradientScale& op);

}  // namespace terramask::ops
