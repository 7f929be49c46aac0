#include <limits>

#include "ops/extents.hpp"
#include "ops/max_pool/max_pool.hpp"
#include "ops/max_pool_gradient/max_pool_gradient.hpp"
#include "ops/max_unpool/max_unpool.hpp"
#include "terramask/differentiate.hpp"

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

// One per comparison.
double flops(const MaxPool& op, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements()) * static_cast<double>(op.kernel.h * op.kernel.w);
}

// The indices depend on the same positions as the maxima.
Interval reach(const MaxPool& op, std::size_t, Axis axis, Interval result) {
  return gathered(window(op, axis), result);
}

Rate rate(const MaxPool& op, Axis axis) {
  return {1, along(op.stride, axis)};
}

std::string describe(const MaxPool& op) {
  return describe_windows(op.kernel, op.stride, op.padding) + (op.indices ? " with indices" : "");
}

void differentiate(const MaxPool& op, Backward& backward) {
  if (!op.indices)
    throw Error(ErrorCode::internal, "max_pool: its gradient needs the indices (see training_form)");
  const Shape& x = backward.type(backward.operand(0)).shape;
  const std::vector<ValueId> operands{backward.gradient(), backward.result(1)};
  const bool apart = op.kernel.h <= op.stride.h && op.kernel.w <= op.stride.w;
  backward.give(0, apart ? backward.add1(MaxUnpool{.kernel = op.kernel,
                                                   .stride = op.stride,
                                                   .padding = op.padding,
                                                   .output = {x.h(), x.w()}},
                                         operands, "dx")
                         : backward.add1(MaxPoolGradient{.kernel = op.kernel,
                                                         .stride = op.stride,
                                                         .padding = op.padding,
                                                         .output = {x.h(), x.w()}},
                                         operands, "dx"));
}

}  // namespace terramask::ops
