// The gradient of max_pool with overlapping windows.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: dy [N, C, Ho, Wo], indices (i32, same shape; max_pool's). Result: dx [N, C, output.h, output.w]:
/// for each pixel, the sum of dy over the windows whose maximum it was, gathered in row-major order of the
/// windows. If windows do not overlap (kernel ≤ stride), max_unpool is equivalent and faster.
struct MaxPoolGradient {
  static constexpr std::string_view name = "max_pool_gradient";
  Extent2 kernel{2, 2};
  Extent2 stride{2, 2};
  Extent2 padding{0, 0};
  Extent2 output{0, 0};
};

std::vector<ValueType> infer(const MaxPoolGradient& op, std::span<const ValueType> operands);
double flops(const MaxPoolGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const MaxPoolGradient& op);

}  // namespace terramask::ops
