#include <limits>

#include "ops/extents.hpp"
#include "ops/max_pool/max_pool.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const MaxPool& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  expect_pool_windows(op.name, op.kernel, op.stride, op.padding);
  const Shape& x = expect_image(op.name, operands, 0);
  if (op.indices && x.h() * x.w() > std::numeric_limits<std::int32_t>::max())
    expect_failed(op.name, "planes of at most 2^31 − 1 pixels (indices are i32)", to_string(x));
  const ValueType y =
      make_image(op.name, DType::f32, x, x.n(), x.c(), window_count(window(op, Axis::rows), x.h()),
                 window_count(window(op, Axis::columns), x.w()));
  if (!op.indices) return {y};
  return {y, {DType::i32, y.shape}};
}

// One a comparison.
double flops(const MaxPool& op, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements()) * static_cast<double>(op.kernel.h * op.kernel.w);
}

// The indices depend on what the maxima depend on.
Interval reach(const MaxPool& op, std::size_t, Axis axis, Interval result) {
  return gathered(window(op, axis), result);
}

Rate rate(const MaxPool& op, Axis axis) {
  return {1, along(op.stride, axis)};
}

std::string describe(const MaxPool& op) {
  return describe_windows(op.kernel, op.stride, op.padding) + (op.indices ? " with indices" : "");
}

}  // namespace terramask::ops
