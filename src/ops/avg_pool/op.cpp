#include "ops/avg_pool/avg_pool.hpp"
#include "ops/avg_pool_gradient/avg_pool_gradient.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const AvgPool& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  expect_pool_windows(op.name, op.kernel, op.stride, op.padding);
  const Shape& x = expect_image(op.name, operands, 0);
  return {make_image(op.name, DType::f32, x, x.n(), x.c(), window_count(window(op, Axis::rows), x.h()),
                     window_count(window(op, Axis::columns), x.w()))};
}

// One per addition.
double flops(const AvgPool& op, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements()) * static_cast<double>(op.kernel.h * op.kernel.w);
}

Interval reach(const AvgPool& op, std::size_t, Axis axis, Interval result) {
  return gathered(window(op, axis), result);
}

Rate rate(const AvgPool& op, Axis axis) {
  return {1, along(op.stride, axis)};
}

std::string describe(const AvgPool& op) {
  const bool padded = !(op.padding == Extent2{0, 0});
  return describe_windows(op.kernel, op.stride, op.padding) +
         (padded && !op.count_include_pad ? " not counted" : "");
}

void differentiate(const AvgPool& op, Backward& backward) {
  const Shape& x = backward.type(backward.operand(0)).shape;
  backward.give(0, backward.add1(AvgPoolGradient{.kernel = op.kernel,
                                                 .stride = op.stride,
                                                 .padding = op.padding,
                                                 .count_include_pad = op.count_include_pad,
                                                 .output = {x.h(), x.w()}},
                                 {backward.gradient()}, "dx"));
}

}  // namespace terramask::ops
