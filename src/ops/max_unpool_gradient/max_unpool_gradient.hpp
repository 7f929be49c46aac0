// The gradient of max_unpool.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: dy [N, C, output.h, output.w] of the max_unpool, its indices (i32 [N, C, H, W]). Result: dx [N,
/// C, H, W] = dy at the index; 0 where max_unpool ignored the index, or where a later window overwrote its
/// value. The attributes are max_unpool's.
struct MaxUnpoolGradient {
  static constexpr std::string_view name = "max_unpool_gradient";
  static constexpr bool moves_values = true;
  Extent2 kernel{2, 2};
  Extent2 stride{2, 2};
  Extent2 padding{0, 0};
};

std::vector<ValueType> infer(const MaxUnpoolGradient& op, std::span<const ValueType> operands);
std::string describe(const MaxUnpoolGradient& op);

}  // namespace terramask::ops
