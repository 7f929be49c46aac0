// Maximum over windows, with the position of each maximum.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: x [N, C, H, W]. Results: y [N, C, Ho, Wo] and, with `indices`, the positions of the maxima (i32,
/// same shape): the flat index row·W + column in x's plane, as torch's return_indices. The first maximum in
/// row-major order wins; a NaN counts as the maximum. Ho = floor((H + 2·padding.h − kernel.h) / stride.h) +
/// 1; padding counts as −infinity and must be at most half the kernel.
struct MaxPool {
  static constexpr std::string_view name = "max_pool";
  Extent2 kernel{2, 2};
  Extent2 stride{2, 2};
  Extent2 padding{0, 0};
  bool indices = false;
};

std::vector<ValueType> infer(const MaxPool& op, std::span<const ValueType> operands);
double flops(const MaxPool& op, std::span<const ValueType> operands, std::span<const ValueType> results);
Interval reach(const MaxPool& op, std::size_t operand, Axis axis, Interval result);
Rate rate(const MaxPool& op, Axis axis);
std::string describe(const MaxPool& op);
void differentiate(const MaxPool& op, Backward& backward);

}  // namespace terramask::ops
