#include <fmt/format.h>

#include <algorithm>

#include "ops/extents.hpp"
#include "ops/pad/pad.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Pad& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  const Shape& x = expect_image(op.name, operands, 0);
  // Limited on both sides, so that the sums below cannot overflow; an empty result is rejected at the end.
  constexpr std::int64_t most = std::int64_t{1} << 32;
  for (const std::int64_t amount : {op.top, op.bottom, op.left, op.right})
    if (amount < -most || amount > most)
      expect_failed(op.name, "amounts of at most 2^32 pixels", std::to_string(amount));
  // A side cannot be cropped by more than the image.
  if (std::min(op.top, op.bottom) <= -x.h() || std::min(op.left, op.right) <= -x.w())
    expect_failed(op.name, "a crop smaller than the image " + to_string(x), describe(op));
  return {make_image(op.name, DType::f32, x, x.n(), x.c(), x.h() + op.top + op.bottom,
                     x.w() + op.left + op.right)};
}

// No arithmetic.
Interval reach(const Pad& op, std::size_t, Axis axis, Interval result) {
  const std::int64_t shift = axis == Axis::rows ? op.top : op.left;
  return {result.begin - shift, result.end - shift};
}

Rate rate(const Pad&, Axis) {
  return {1, 1};
}

std::string describe(const Pad& op) {
  return fmt::format("top {} bottom {} left {} right {}", op.top, op.bottom, op.left, op.right);
}

void differentiate(const Pad& op, Backward& backward) {
  const Pad back{.top = -op.top, .bottom = -op.bottom, .left = -op.left, .right = -op.right};
  backward.give(0, backward.add1(back, {backward.gradient()}, "dx"));
}

}  // namespace terramask::ops
