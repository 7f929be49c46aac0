// Shared by the operators' shape inference and interval propagation: checks, exact integer arithmetic,
// windows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Throws ErrorCode::mismatch: "conv2d: expected 3 channels, found 4".
[[noreturn]] void expect_failed(std::string_view op, const std::string& expected, const std::string& found);

/// Expects between `least` and `most` operands; most = 0 means no upper limit.
void expect_count(std::string_view op, std::span<const ValueType> operands, std::size_t least,
                  std::size_t most);
/// Expects operand `index` to be a non-empty image N × C × H × W of the given type.
const Shape& expect_image(std::string_view op, std::span<const ValueType> operands, std::size_t index,
                          DType type = DType::f32);
/// Expects operand `index` to be a non-empty f32 tensor of any rank.
void expect_f32(std::string_view op, std::span<const ValueType> operands, std::size_t index);
/// Expects operand `index` to be an f32 tensor of exactly this shape.
void expect_shape(std::string_view op, std::span<const ValueType> operands, std::size_t index,
                  const Shape& shape, std::string_view what);
/// Expects both extents to be at least `least`, and small enough that no size computed from them overflows.
void expect_at_least(std::string_view op, std::string_view what, const Extent2& extent, std::int64_t least);
/// The requirements of all pools: kernel and stride at least 1, padding at most half the kernel, so that no
/// window lies entirely outside the image.
void expect_pool_windows(std::string_view op, const Extent2& kernel, const Extent2& stride,
                         const Extent2& padding);

/// A checked image type: every extent is positive and the size in bytes is representable. Throws
/// ErrorCode::mismatch, naming the operands, if the result would be empty or too large.
ValueType make_image(std::string_view op, DType type, const Shape& operand, std::int64_t n, std::int64_t c,
                     std::int64_t h, std::int64_t w);

/// Quotients rounded towards −∞ and +∞, for divisors > 0.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}
constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return a / b + (a % b > 0 ? 1 : 0);
}

constexpr std::int64_t along(const Extent2& extent, Axis axis) {
  return axis == Axis::rows ? extent.h : extent.w;
}

/// A window sliding along one axis: result position i covers i·stride − padding + u·dilation for u < kernel.
struct Window {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
};

template <class Op>
Window window(const Op& op, Axis axis) {
  Window result{along(op.kernel, axis), along(op.stride, axis), along(op.padding, axis)};
  if constexpr (requires { op.dilation; }) result.dilation = along(op.dilation, axis);
  return result;
}

/// The number of windows that fit over `extent`; zero or less if none does.
std::int64_t window_count(const Window& window, std::int64_t extent);
/// The positions that a gathering operator (convolution, pool) reads for the result's positions; empty for an
/// empty result.
Interval gathered(const Window& window, Interval result);
/// The positions that a scattering operator (transposed convolution, unpool) reads: the windows that overlap
/// the result's positions. Empty, but correctly placed, if there is no such window (kernel < stride).
Interval scattered(const Window& window, Interval result);

/// The windows, out of `count` without dilation, that contain a position.
constexpr Interval covering(const Window& window, std::int64_t position, std::int64_t count) {
  const std::int64_t first = ceil_div(position + window.padding - window.kernel + 1, window.stride);
  const std::int64_t end = floor_div(position + window.padding, window.stride) + 1;
  return {first < 0 ? 0 : first, end < count ? end : count};
}

/// "3×3 stride 2 pad 1 dilation 2"; default values are omitted.
std::string describe_windows(const Extent2& kernel, const Extent2& stride, const Extent2& padding,
                             const Extent2& dilation = {1, 1});
/// "3×3"
std::string to_text(const Extent2& extent);
/// " + relu", or empty.
template <class Activation>
std::string fused_text(const Activation& activation) {
  const std::string text = describe(activation);
  return text.empty() ? text : " + " + text;
}

}  // namespace terramask::ops
