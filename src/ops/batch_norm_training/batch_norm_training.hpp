// Batch normalisation with the batch's own statistics (Ioffe and Szegedy 2015).
#pragma once

#include "ops/activation/activation.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, C, H, W], weight [C], bias [C], running_mean [C], running_var [C]. Results:
/// * y = act((x − mean) · inv_std · weight + bias), as x;
/// * mean [C], inv_std [C] = 1 / sqrt(var + epsilon), where var is the biased variance, computed in two
///   passes;
/// * the new running_mean = (1 − momentum) · running_mean + momentum · mean, and running_var likewise with
///   the unbiased variance (N·H·W − 1 in the denominator), as in PyTorch.
///
/// The running statistics may be updated in place. N·H·W must be greater than 1.
struct BatchNormTraining {
  static constexpr std::string_view name = "batch_norm_training";
  static constexpr bool vulkan_scratch = true;
  static constexpr bool updates_in_place = true;
  double epsilon = 1e-5;
  double momentum = 0.1;
  Activation activation{};
};

std::vector<ValueType> infer(const BatchNormTraining& op, std::span<const ValueType> operands);
double flops(const BatchNormTraining& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const BatchNormTraining& op);
void differentiate(const BatchNormTraining& op, Backward& backward);

}  // namespace terramask::ops
