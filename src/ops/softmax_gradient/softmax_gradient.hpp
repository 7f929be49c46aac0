// The gradient of softmax, computed from its result.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: y = softmax(x) [N, C, H, W], dy. Result: dx = y · (dy − Σ_c y · dy), per pixel.
struct SoftmaxGradient {
  static constexpr std::string_view name = "softmax_gradient";
};

std::vector<ValueType> infer(const SoftmaxGradient& op, std::span<const ValueType> operands);
double flops(const SoftmaxGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);

}  // namespace terramask::ops
