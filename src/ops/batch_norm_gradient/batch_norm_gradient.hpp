// The gradient of batch normalisation.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, C, H, W], dy (as x, with respect to the result before the activation), weight [C], and
/// * in training: mean [C] and inv_std [C] of batch_norm_training;
/// * otherwise: running_mean [C] and running_var [C] of batch_norm, which are constants.
///
/// Results: dx, dweight [C] = Σ dy · x̂, dbias [C] = Σ dy, where x̂ = (x − mean) · inv_std.
/// * training:  dx = weight · inv_std · (dy − dbias / m − x̂ · dweight / m), m = N·H·W
/// * otherwise: dx = weight · inv_std · dy
struct BatchNormGradient {
  static constexpr std::string_view name = "batch_norm_gradient";
  static constexpr bool vulkan_scratch = true;
  bool training = true;
  double epsilon = 1e-5;  ///< outside training only
};

std::vector<ValueType> infer(const BatchNormGradient& op, std::span<const ValueType> operands);
double flops(const BatchNormGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const BatchNormGradient& op);

}  // namespace terramask::ops
