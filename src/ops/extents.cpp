#include "ops/extents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace terramask::ops {
namespace {

// Attributes are below 2^20 and extents below 2^31, so that their products fit 64 bits with ample margin.
constexpr std::int64_t kLargestAttribute = std::int64_t{1} << 20;
constexpr std::int64_t kLargestExtent = std::numeric_limits<std::int32_t>::max();

std::string to_text(const ValueType& type) {
  return fmt::format("{} {}", to_string(type.dtype), to_string(type.shape));
}

// Not empty, and with a size in bytes that does not overflow.
bool sizeable(const Shape& shape) {
  std::int64_t elements = 1;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis)
    if (shape[axis] <= 0 || shape[axis] > kLargestExtent ||
        __builtin_mul_overflow(elements, shape[axis], &elements) ||
        elements > std::numeric_limits<std::int64_t>::max() / 8)
      return false;
  return true;
}

}  // namespace

void expect_failed(std::string_view op, const std::string& expected, const std::string& found) {
  throw Error(ErrorCode::mismatch, fmt::format("{}: expected {}, found {}", op, expected, found));
}

void expect_count(std::string_view op, std::span<const ValueType> operands, std::size_t least,
                  std::size_t most) {
  if (operands.size() >= least && (most == 0 || operands.size() <= most)) return;
  const std::string expected = most == 0       ? fmt::format("at least {}", least)
                               : least == most ? fmt::format("{}", least)
                                               : fmt::format("{} to {}", least, most);
  expect_failed(op, expected + " operands", std::to_string(operands.size()));
}

const Shape& expect_image(std::string_view op, std::span<const ValueType> operands, std::size_t index,
                          DType type) {
  const ValueType& found = operands[index];
  if (found.shape.rank() != 4 || found.dtype != type || !sizeable(found.shape))
    expect_failed(op, fmt::format("an image {} N×C×H×W as operand {}", to_string(type), index),
                  to_text(found));
  return found.shape;
}

void expect_f32(std::string_view op, std::span<const ValueType> operands, std::size_t index) {
  if (operands[index].dtype != DType::f32 || !sizeable(operands[index].shape))
    expect_failed(op, fmt::format("f32 values as operand {}", index), to_text(operands[index]));
}

void expect_shape(std::string_view op, std::span<const ValueType> operands, std::size_t index,
                  const Shape& shape, std::string_view what) {
  const ValueType expected{DType::f32, shape};
  if (!(operands[index] == expected))
    expect_failed(op, fmt::format("{} {}", what, to_text(expected)), to_text(operands[index]));
}

void expect_at_least(std::string_view op, std::string_view what, const Extent2& extent, std::int64_t least) {
  if (std::min(extent.h, extent.w) < least || std::max(extent.h, extent.w) > kLargestAttribute)
    expect_failed(op, fmt::format("{} from {} to {}", what, least, kLargestAttribute), to_text(extent));
}

void expect_pool_windows(std::string_view op, const Extent2& kernel, const Extent2& stride,
                         const Extent2& padding) {
  expect_at_least(op, "kernel", kernel, 1);
  expect_at_least(op, "stride", stride, 1);
  expect_at_least(op, "padding", padding, 0);
  if (2 * padding.h > kernel.h || 2 * padding.w > kernel.w)
    expect_failed(op, "padding of at most half the kernel " + to_text(kernel), to_text(padding));
}

ValueType make_image(std::string_view op, DType type, const Shape& operand, std::int64_t n, std::int64_t c,
                     std::int64_t h, std::int64_t w) {
  const Shape shape{n, c, h, w};
  for (std::size_t axis = 0; axis < 4; ++axis)
    if (shape[axis] <= 0)
      throw Error(ErrorCode::mismatch,
                  fmt::format("{}: expected a result that is not empty, found {} from {}", op,
                              to_string(shape), to_string(operand)));
  if (!sizeable(shape))
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: expected a result that can be addressed, found {} from {}", op,
                            to_string(shape), to_string(operand)));
  return {type, shape};
}

std::int64_t window_count(const Window& window, std::int64_t extent) {
  return floor_div(extent + 2 * window.padding - window.dilation * (window.kernel - 1) - 1, window.stride) +
         1;
}

Interval gathered(const Window& window, Interval result) {
  const std::int64_t begin = result.begin * window.stride - window.padding;
  if (result.begin >= result.end) return {begin, begin};
  return {begin,
          (result.end - 1) * window.stride - window.padding + window.dilation * (window.kernel - 1) + 1};
}

Interval scattered(const Window& window, Interval result) {
  const std::int64_t from = floor_div(result.begin + window.padding, window.stride);
  Interval hull{from, from};
  for (std::int64_t u = 0; u < window.kernel && result.begin < result.end; ++u) {
    const std::int64_t shift = window.padding - u * window.dilation;
    const Interval own{ceil_div(result.begin + shift, window.stride),
                       floor_div(result.end - 1 + shift, window.stride) + 1};
    if (own.begin >= own.end) continue;
    hull =
        hull.begin == hull.end ? own : Interval{std::min(hull.begin, own.begin), std::max(hull.end, own.end)};
  }
  return hull;
}

std::string to_text(const Extent2& extent) {
  return fmt::format("{}×{}", extent.h, extent.w);
}

std::string describe_windows(const Extent2& kernel, const Extent2& stride, const Extent2& padding,
                             const Extent2& dilation) {
  std::string text = to_text(kernel);
  const auto add = [&](const char* what, const Extent2& extent, std::int64_t usual) {
    if (extent == Extent2{usual, usual}) return;
    text += fmt::format(" {} {}", what, extent.h == extent.w ? std::to_string(extent.h) : to_text(extent));
  };
  add("stride", stride, 1);
  add("pad", padding, 0);
  add("dilation", dilation, 1);
  return text;
}

}  // namespace terramask::ops
