// Joins images along the channel axis.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: one or more x [N, Ci, H, W]. Result: y [N, Σ Ci, H, W].
struct Concat {
  static constexpr std::string_view name = "concat";
  static constexpr bool moves_values = true;
  static constexpr bool pixelwise = true;
  static constexpr bool joins_channels = true;
};

std::vector<ValueType> infer(const Concat& op, std::span<const ValueType> operands);
void differentiate(const Concat& op, Backward& backward);

}  // namespace terramask::ops
