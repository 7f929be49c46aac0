// A range of an image's channels.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: x [N, C, H, W]. Result: y [N, end − begin, H, W]: channels begin to end − 1.
struct Slice {
  static constexpr std::string_view name = "slice";
  static constexpr bool moves_values = true;
  static constexpr bool pixelwise = true;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

std::vector<ValueType> infer(const Slice& op, std::span<const ValueType> operands);
std::string describe(const Slice& op);
void differentiate(const Slice& op, Backward& backward);

}  // namespace terramask::ops
