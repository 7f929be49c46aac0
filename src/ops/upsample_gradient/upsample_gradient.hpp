// The gradient of upsample.
#pragma once

#include "ops/upsample/upsample.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operand: dy [N, C, H·factor.h, W·factor.w]. Result: dx [N, C, H, W]: the transpose of upsample's
/// interpolation; for nearest, the sum over each block.
struct UpsampleGradient {
  static constexpr std::string_view name = "upsample_gradient";
  Extent2 factor{2, 2};
  UpsampleMode mode = UpsampleMode::nearest;
};

std::vector<ValueType> infer(const UpsampleGradient& op, std::span<const ValueType> operands);
double flops(const UpsampleGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const UpsampleGradient& op);

}  // namespace terramask::ops
