// Sums over micro-batches.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: sum, x of one shape (any), keep [1]. Result: keep ≠ 0 ? sum + x : x. With keep = 0 the old sum
/// is not read, so it may be NaN.
struct Accumulate {
  static constexpr std::string_view name = "accumulate";
  static constexpr bool updates_in_place = true;
  static constexpr bool makes_weights = true;
};

std::vector<ValueType> infer(const Accumulate& op, std::span<const ValueType> operands);
double flops(const Accumulate& op, std::span<const ValueType> operands, std::span<const ValueType> results);

}  // namespace terramask::ops
