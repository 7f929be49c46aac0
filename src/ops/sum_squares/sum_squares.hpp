// Σ x², for the norm of all gradients.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x (any shape) and optionally before [1]. Result: [1], before + Σ x².
struct SumSquares {
  static constexpr std::string_view name = "sum_squares";
  static constexpr bool vulkan_scratch = true;
  static constexpr bool makes_weights = true;
};

std::vector<ValueType> infer(const SumSquares& op, std::span<const ValueType> operands);
double flops(const SumSquares& op, std::span<const ValueType> operands, std::span<const ValueType> results);

}  // namespace terramask::ops
