// The gradient of slice.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: dy [N, c, H, W]. Result: dx [N, channels, H, W]: dy from channel `begin` on, zero elsewhere.
struct SliceGradient {
  static constexpr std::string_view name = "slice_gradient";
  static constexpr bool moves_values = true;
  std::int64_t begin = 0;
  std::int64_t channels = 0;
};

std::vector<ValueType> infer(const SliceGradient& op, std::span<const ValueType> operands);
std::string describe(const SliceGradient& op);

}  // namespace terramask::ops
