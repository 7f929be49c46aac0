// The gradient of avg_pool.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: dy [N, C, Ho, Wo]. Result: dx [N, C, output.h, output.w]: for each pixel, the sum of dy /
/// (elements of the mean) over the windows that contain it. The attributes are the pool's.
struct AvgPoolGradient {
  static constexpr std::string_view name = "avg_pool_gradient";
  Extent2 kernel{2, 2};
  Extent2 stride{2, 2};
  Extent2 padding{0, 0};
  bool count_include_pad = true;
  Extent2 output{0, 0};
};

std::vector<ValueType> infer(const AvgPoolGradient& op, std::span<const ValueType> operands);
double flops(const AvgPoolGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const AvgPoolGradient& op);

}  // namespace terramask::ops
