// 2-D convolution (cross-correlation), as torch.nn.functional.conv2d with groups = 1.
#pragma once

#include "ops/activation/activation.hpp"
#include "ops/initial.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, Ci, H, W], weight [Co, Ci, Kh, Kw], optionally bias [Co]. Result: y [N, Co, Ho, Wo] with
/// Ho = floor((H + 2·padding.h − dilation.h·(Kh − 1) − 1) / stride.h) + 1, Wo likewise,
/// y[n,o,i,j] = act(bias[o] + Σ_c,u,v x[n, c, i·stride.h − padding.h + u·dilation.h, ...] · weight[o,c,u,v]),
/// where x is 0 outside. Errors: ErrorCode::mismatch if ranks or channels do not match or the result is
/// empty.
struct Conv2d {
  static constexpr std::string_view name = "conv2d";
  Extent2 kernel{3, 3};  ///< must equal the weight's
  Extent2 stride{1, 1};
  Extent2 padding{0, 0};
  Extent2 dilation{1, 1};
  Activation activation{};
};

std::vector<ValueType> infer(const Conv2d& op, std::span<const ValueType> operands);
double flops(const Conv2d& op, std::span<const ValueType> operands, std::span<const ValueType> results);
Interval reach(const Conv2d& op, std::size_t operand, Axis axis, Interval result);
Rate rate(const Conv2d& op, Axis axis);
std::string describe(const Conv2d& op);
void differentiate(const Conv2d& op, Backward& backward);
Initial initial(const Conv2d& op, std::size_t operand, std::span<const ValueType> operands);

}  // namespace terramask::ops
