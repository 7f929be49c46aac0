// The gradient of a convolution with respect to its weight.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, I, H, W], the convolution's operand; dy [N, O, Ho, Wo], the gradient of its result.
/// Result: dw [O, I, kernel.h, kernel.w],
/// dw[o, i, u, v] = Σ_{n,r,c} dy[n, o, r, c] · x[n, i, r·stride.h + u·dilation.h − padding.h, ...],
/// where x is zero outside. For a transposed convolution the operands are swapped: its dy is this operator's
/// x. The order of summation does not depend on threads; there are no float atomics.
struct Conv2dWeightGradient {
  static constexpr std::string_view name = "conv2d_weight_gradient";
  static constexpr bool vulkan_scratch = true;
  static constexpr bool makes_weights = true;
  Extent2 kernel{3, 3};
  Extent2 stride{1, 1};
  Extent2 padding{0, 0};
  Extent2 dilation{1, 1};
};

std::vector<ValueType> infer(const Conv2dWeightGradient& op, std::span<const ValueType> operands);
double flops(const Conv2dWeightGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const Conv2dWeightGradient& op);

}  // namespace terramask::ops
