// Mean over windows.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: x [N, C, H, W]. Result: y [N, C, Ho, Wo], Ho = floor((H + 2·padding.h − kernel.h) / stride.h) +
/// 1. Padding counts as zero; with count_include_pad (torch's default) it also counts as elements of the
/// mean.
struct AvgPool {
  static constexpr std::string_view name = "avg_pool";
  Extent2 kernel{2, 2};
  Extent2 stride{2, 2};
  Extent2 padding{0, 0};
  bool count_include_pad = true;
};

std::vector<ValueType> infer(const AvgPool& op, std::span<const ValueType> operands);
double flops(const AvgPool& op, std::span<const ValueType> operands, std::span<const ValueType> results);
Interval reach(const AvgPool& op, std::size_t operand, Axis axis, Interval result);
Rate rate(const AvgPool& op, Axis axis);
std::string describe(const AvgPool& op);
void differentiate(const AvgPool& op, Backward& backward);

}  // namespace terramask::ops
