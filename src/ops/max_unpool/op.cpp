#include <fmt/format.h>

#include <limits>

#include "ops/extents.hpp"
#include "ops/max_unpool/max_unpool.hpp"
#include "ops/max_unpool_gradient/max_unpool_gradient.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const MaxUnpool& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  expect_pool_windows(op.name, op.kernel, op.stride, op.padding);
  const Shape& x = expect_image(op.name, operands, 0);
  if (const Shape& indices = expect_image(op.name, operands, 1, DType::i32); indices != x)
    expect_failed(op.name, "indices " + to_string(x), to_string(indices));
  const ValueType y = make_image(op.name, DType::f32, x, x.n(), x.c(), op.output.h, op.output.w);
  if (op.output.h * op.output.w > std::numeric_limits<std::int32_t>::max())
    expect_failed(op.name, "planes of at most 2^31 − 1 pixels (indices are i32)", to_string(y.shape));
  for (const Axis axis : {Axis::rows, Axis::columns}) {
    const std::int64_t pooled = window_count(window(op, axis), along(op.output, axis));
    const std::int64_t found = axis == Axis::rows ? x.h() : x.w();
    if (pooled != found)
      expect_failed(op.name,
                    fmt::format("{} {}, what a pool {} makes of {}", pooled,
                                axis == Axis::rows ? "rows" : "columns", describe(op), to_text(op.output)),
                    std::to_string(found));
  }
  return {y};
}

// No arithmetic.
// A result may come from any window that covers it; the same applies to values and indices.
Interval reach(const MaxUnpool& op, std::size_t, Axis axis, Interval result) {
  return scattered(window(op, axis), result);
}

Rate rate(const MaxUnpool& op, Axis axis) {
  return {along(op.stride, axis), 1};
}

std::string describe(const MaxUnpool& op) {
  return describe_windows(op.kernel, op.stride, op.padding);
}

void differentiate(const MaxUnpool& op, Backward& backward) {
  if (backward.wants(0))
    backward.give(
        0, backward.add1(MaxUnpoolGradient{.kernel = op.kernel, .stride = op.stride, .padding = op.padding},
                         {backward.gradient(), backward.operand(1)}, "dx"));
}

}  // namespace terramask::ops
