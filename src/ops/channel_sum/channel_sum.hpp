// Sums over images and pixels: the gradient of a bias.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: x [N, C, H, W]. Result: [C], Σ_{n,h,w} x[n, c, h, w].
struct ChannelSum {
  static constexpr std::string_view name = "channel_sum";
  static constexpr bool vulkan_scratch = true;
  static constexpr bool makes_weights = true;
};

std::vector<ValueType> infer(const ChannelSum& op, std::span<const ValueType> operands);
double flops(const ChannelSum& op, std::span<const ValueType> operands, std::span<const ValueType> results);

}  // namespace terramask::ops
