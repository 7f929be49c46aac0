#include <fmt/format.h>

#include <algorithm>

#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/channel_sum/channel_sum.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/conv2d_weight_gradient/conv2d_weight_gradient.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {
namespace {

std::int64_t result_extent(const ConvTranspose2d& op, Axis axis, std::int64_t extent) {
  const Window w = window(op, axis);
  return (extent - 1) * w.stride - 2 * w.padding + w.dilation * (w.kernel - 1) +
         along(op.output_padding, axis) + 1;
}

}  // namespace

std::vector<ValueType> infer(const ConvTranspose2d& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 3);
  expect_at_least(op.name, "kernel", op.kernel, 1);
  expect_at_least(op.name, "stride", op.stride, 1);
  expect_at_least(op.name, "padding", op.padding, 0);
  expect_at_least(op.name, "output padding", op.output_padding, 0);
  expect_at_least(op.name, "dilation", op.dilation, 1);
  // As in torch: more would add rows that no convolution of this stride could have read.
  for (const Axis axis : {Axis::rows, Axis::columns})
    if (along(op.output_padding, axis) >= std::max(along(op.stride, axis), along(op.dilation, axis)))
      expect_failed(op.name, "output padding smaller than stride or dilation", to_text(op.output_padding));
  const Shape& x = expect_image(op.name, operands, 0);
  const Shape& weight = expect_image(op.name, operands, 1);
  expect_shape(op.name, operands, 1, {x.c(), weight[1], op.kernel.h, op.kernel.w}, "weight");
  if (operands.size() > 2) expect_shape(op.name, operands, 2, {weight[1]}, "bias");
  return {make_image(op.name, DType::f32, x, x.n(), weight[1], result_extent(op, Axis::rows, x.h()),
                     result_extent(op, Axis::columns, x.w()))};
}

// Two per multiply-add; bias and activation are not counted.
double flops(const ConvTranspose2d& op, std::span<const ValueType> operands,
             std::span<const ValueType> results) {
  return 2.0 * static_cast<double>(operands[0].shape.elements()) *
         static_cast<double>(results[0].shape.c() * op.kernel.h * op.kernel.w);
}

Interval reach(const ConvTranspose2d& op, std::size_t, Axis axis, Interval result) {
  return scattered(window(op, axis), result);
}

Rate rate(const ConvTranspose2d& op, Axis axis) {
  return {along(op.stride, axis), 1};
}

std::string describe(const ConvTranspose2d& op) {
  std::string text = describe_windows(op.kernel, op.stride, op.padding, op.dilation);
  if (!(op.output_padding == Extent2{0, 0}))
    text += op.output_padding.h == op.output_padding.w
                ? fmt::format(" output pad {}", op.output_padding.h)
                : fmt::format(" output pad {}", to_text(op.output_padding));
  return text + fused_text(op.activation);
}

void differentiate(const ConvTranspose2d& op, Backward& backward) {
  const ValueId dy = through_activation(op.activation, backward);
  const ValueId x = backward.operand(0), weight = backward.operand(1);
  if (backward.operands() > 2 && backward.wants(2))
    backward.give(2, backward.add1(ChannelSum{}, {dy}, "dbias"));
  // The convolution of which this is the transpose reads dy and computes x.
  if (backward.wants(1))
    backward.give(
        1, backward.add1(
               Conv2dWeightGradient{
                   .kernel = op.kernel, .stride = op.stride, .padding = op.padding, .dilation = op.dilation},
               {dy, x}, "dweight"));
  if (backward.wants(0))
    backward.give(
        0,
        backward.add1(
            Conv2d{.kernel = op.kernel, .stride = op.stride, .padding = op.padding, .dilation = op.dilation},
            {dy, weight}, "dx"));
}

Initial initial(const ConvTranspose2d& op, std::size_t operand, std::span<const ValueType> operands) {
  const Shape& weight = operands[1].shape;
  const auto taps = static_cast<double>(weight[2] * weight[3]);
  const auto stride = static_cast<double>(op.stride.h * op.stride.w);
  const double in = static_cast<double>(weight[0]) * taps, out = static_cast<double>(weight[1]) * taps;
  return {.fans = Fans{.in = std::max(1.0, in / stride), .out = out, .pytorchs = out}, .bias = operand == 2};
}

}  // namespace terramask::ops
