// The channel with the largest value.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: x [N, C, H, W]. Result: i32 [N, 1, H, W]; the first of equal channels wins. -1 if any channel is
/// NaN or the largest is infinite: such values identify no channel.
struct Argmax {
  static constexpr std::string_view name = "argmax";
  static constexpr bool pixelwise = true;
};

std::vector<ValueType> infer(const Argmax& op, std::span<const ValueType> operands);
double flops(const Argmax& op, std::span<const ValueType> operands, std::span<const ValueType> results);

}  // namespace terramask::ops
