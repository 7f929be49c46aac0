#include "ops/conv2d_weight_gradient/conv2d_weight_gradient.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Conv2dWeightGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  expect_at_least(op.name, "kernel", op.kernel, 1);
  expect_at_least(op.name, "stride", op.stride, 1);
  expect_at_least(op.name, "padding", op.padding, 0);
  expect_at_least(op.name, "dilation", op.dilation, 1);
  const Shape& x = expect_image(op.name, operands, 0);
  const Shape& dy = expect_image(op.name, operands, 1);
  expect_shape(op.name, operands, 1,
               {x.n(), dy.c(), window_count(window(op, Axis::rows), x.h()),
                window_count(window(op, Axis::columns), x.w())},
               "a gradient as the convolution's result,");
  return {make_image(op.name, DType::f32, x, dy.c(), x.c(), op.kernel.h, op.kernel.w)};
}

// The same as the convolution's.
double flops(const Conv2dWeightGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType>) {
  return 2.0 * static_cast<double>(operands[1].shape.elements()) *
         static_cast<double>(operands[0].shape.c() * op.kernel.h * op.kernel.w);
}

std::string describe(const Conv2dWeightGradient& op) {
  return describe_windows(op.kernel, op.stride, op.padding, op.dilation);
}

}  // namespace terramask::ops
