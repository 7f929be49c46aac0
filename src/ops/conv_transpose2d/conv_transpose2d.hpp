// Transposed 2-D convolution, as torch.nn.functional.conv_transpose2d with groups = 1.
#pragma once

#include "ops/activation/activation.hpp"
#include "ops/initial.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, Ci, H, W], weight [Ci, Co, Kh, Kw], optionally bias [Co]. Result: y [N, Co, Ho, Wo] with
/// Ho = (H − 1)·stride.h − 2·padding.h + dilation.h·(Kh − 1) + output_padding.h + 1, Wo likewise:
/// each x[n,c,i,j] adds x·weight[c,o,u,v] to y[n, o, i·stride.h − padding.h + u·dilation.h, ...].
/// It is the gradient of conv2d with respect to its input, hence the explicit output_padding.
struct ConvTranspose2d {
  static constexpr std::string_view name = "conv_transpose2d";
  Extent2 kernel{2, 2};  ///< must equal the weight's
  Extent2 stride{2, 2};
  Extent2 padding{0, 0};
  Extent2 output_padding{0, 0};
  Extent2 dilation{1, 1};
  Activation activation{};
};

std::vector<ValueType> infer(const ConvTranspose2d& op, std::span<const ValueType> operands);
double flops(const ConvTranspose2d& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
Interval reach(const ConvTranspose2d& op, std::size_t operand, Axis axis, Interval result);
Rate rate(const ConvTranspose2d& op, Axis axis);
std::string describe(const ConvTranspose2d& op);
void differentiate(const ConvTranspose2d& op, Backward& backward);
Initial initial(const ConvTranspose2d& op, std::size_t operand, std::span<const ValueType> operands);

}  // namespace terramask::ops
