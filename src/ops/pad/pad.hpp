// Zero padding and cropping.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: x [N, C, H, W]. Result: y [N, C, H + top + bottom, W + left + right]; positive amounts pad with
/// zeros, negative ones crop. The result must not be empty.
struct Pad {
  static constexpr std::string_view name = "pad";
  static constexpr bool moves_values = true;
  std::int64_t top = 0;
  std::int64_t bottom = 0;
  std::int64_t left = 0;
  std::int64_t right = 0;
};

std::vector<ValueType> infer(const Pad& op, std::span<const ValueType> operands);
Interval reach(const Pad& op, std::size_t operand, Axis axis, Interval result);
Rate rate(const Pad& op, Axis axis);
std::string describe(const Pad& op);
void differentiate(const Pad& op, Backward& backward);

}  // namespace terramask::ops
