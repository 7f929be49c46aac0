// Sum of two tensors.
#pragma once

#include "ops/activation/activation.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: a, b of one shape. Result: y = act(a + b).
struct Add {
  static constexpr std::string_view name = "add";
  static constexpr bool pixelwise = true;
  static constexpr bool updates_in_place = true;
  Activation activation{};
};

std::vector<ValueType> infer(const Add& op, std::span<const ValueType> operands);
double flops(const Add& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const Add& op);
void differentiate(const Add& op, Backward& backward);

}  // namespace terramask::ops
