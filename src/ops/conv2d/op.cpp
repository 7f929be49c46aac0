#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/channel_sum/channel_sum.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/conv2d_weight_gradient/conv2d_weight_gradient.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

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

// Two per multiply-add; bias and activation are not counted.
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

void differentiate(const Conv2d& op, Backward& backward) {
  const ValueId dy = through_activation(op.activation, backward);
  const ValueId x = backward.operand(0), weight = backward.operand(1);
  if (backward.operands() > 2 && backward.wants(2))
    backward.give(2, backward.add1(ChannelSum{}, {dy}, "dbias"));
  if (backward.wants(1))
    backward.give(
        1, backward.add1(
               Conv2dWeightGradient{
                   .kernel = op.kernel, .stride = op.stride, .padding = op.padding, .dilation = op.dilation},
               {x, dy}, "dweight"));
  if (!backward.wants(0)) return;
  // Rows and columns of x beyond the last window.
  const Shape& shape = backward.type(x).shape;
  const auto rest = [](std::int64_t extent, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
    return (extent + 2 * p - d * (k - 1) - 1) % s;
  };
  const ConvTranspose2d transposed{
      .kernel = op.kernel,
      .stride = op.stride,
      .padding = op.padding,
      .output_padding = {rest(shape.h(), op.kernel.h, op.stride.h, op.padding.h, op.dilation.h),
                         rest(shape.w(), op.kernel.w, op.stride.w, op.padding.w, op.dilation.w)},
      .dilation = op.dilation};
  backward.give(0, backward.add1(transposed, {dy, weight}, "dx"));
}

Initial initial(const Conv2d&, std::size_t operand, std::span<const ValueType> operands) {
  const Shape& weight = operands[1].shape;
  const auto taps = static_cast<double>(weight[2] * weight[3]);
  const double in = static_cast<double>(weight[1]) * taps, out = static_cast<double>(weight[0]) * taps;
  return {.fans = Fans{.in = in, .out = out, .pytorchs = in}, .bias = operand == 2};
}

}  // namespace terramask::ops
