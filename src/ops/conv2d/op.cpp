#include "ops/conv2d/conv2d.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Conv2d& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 3);
  expect_at_least(op.name, "kernel", op.kernel, 1);
  expect_at_least(op.name, "stride", op.stride, 1);
  expect_at_least(op.name, "padding", op.padding, 0);
  expect_at_least(op.name, "dilation", op.dilation, 1);
  const Shape& x = expect_image(op.name, operands, 0);
  const Shape& weight = expect_image(op.name, operands, 1);
  expect_shape(op.name, operands, 1, {weight[0], x.c(), op.kernel.h, op.kernel.w}, "weight");
  if (operands.size() > 2) expect_shape(op.name, operands, 2, {weight[0]}, "bias");
  return {make_image(op.name, DType::f32, x, x.n(), weight[0], window_count(window(op, Axis::rows), x.h()),
                     window_count(window(op, Axis::columns), x.w()))};
}

// Two a multiplication and addition; bias and activation are not counted.
double flops(const Conv2d& op, std::span<const ValueType> operands, std::span<const ValueType> results) {
  return 2.0 * static_cast<double>(results[0].shape.elements()) *
         static_cast<double>(operands[0].shape.c() * op.kernel.h * op.kernel.w);
}

Interval reach(const Conv2d& op, std::size_t, Axis axis, Interval result) {
  return gathered(window(op, axis), result);
}

Rate rate(const Conv2d& op, Axis axis) {
  return {1, along(op.stride, axis)};
}

std::string describe(const Conv2d& op) {
  return describe_windows(op.kernel, op.stride, op.padding, op.dilation) + fused_text(op.activation);
}

}  // namespace terramask::ops
