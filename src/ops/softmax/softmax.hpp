// Softmax over channels.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: x [N, C, H, W]. Result: y = exp(x − max_c x) / Σ_c exp(x − max_c x), per pixel.
struct Softmax {
  static constexpr std::string_view name = "softmax";
  static constexpr bool pixelwise = true;
};

std::vector<ValueType> infer(const Softmax& op, std::span<const ValueType> operands);
double flops(const Softmax& op, std::span<const ValueType> operands, std::span<const ValueType> results);
void differentiate(const Softmax& op, Backward& backward);

}  // namespace terramask::ops
