// Batch normalisation with running statistics (Ioffe and Szegedy 2015): evaluation mode.
#pragma once

#include "ops/activation/activation.hpp"
#include "ops/initial.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, C, H, W], weight [C], bias [C], running_mean [C], running_var [C]. Result: as x,
///   y = act((x − mean) / sqrt(var + epsilon) · weight + bias).
struct BatchNorm {
  static constexpr std::string_view name = "batch_norm";
  static constexpr bool pixelwise = true;
  double epsilon = 1e-5;
  Activation activation{};
};

std::vector<ValueType> infer(const BatchNorm& op, std::span<const ValueType> operands);
double flops(const BatchNorm& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const BatchNorm& op);
void differentiate(const BatchNorm& op, Backward& backward);
Initial initial(const BatchNorm& op, std::size_t operand, std::span<const ValueType> operands);

}  // namespace terramask::ops
