// Upsampling by integer factors.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

enum class UpsampleMode : std::uint8_t {
  nearest,   ///< every pixel repeated
  bilinear,  ///< half-pixel centres (torch's align_corners=False), edges clamped
};

/// Operand: x [N, C, H, W]. Result: y [N, C, H·factor.h, W·factor.w].
struct Upsample {
  static constexpr std::string_view name = "upsample";
  Extent2 factor{2, 2};
  UpsampleMode mode = UpsampleMode::nearest;
};

std::vector<ValueType> infer(const Upsample& op, std::span<const ValueType> operands);
double flops(const Upsample& op, std::span<const ValueType> operands, std::span<const ValueType> results);
Interval reach(const Upsample& op, std::size_t operand, Axis axis, Interval result);
Rate rate(const Upsample& op, Axis axis);
std::string describe(const Upsample& op);
void differentiate(const Upsample& op, Backward& backward);

}  // namespace terramask::ops
