#include "ops/avg_pool_gradient/avg_pool_gradient.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const AvgPoolGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  expect_pool_windows(op.name, op.kernel, op.stride, op.padding);
  const Shape& dy = expect_image(op.name, operands, 0);
  if (dy.h() != window_count(window(op, Axis::rows), op.output.h) ||
      dy.w() != window_count(window(op, Axis::columns), op.output.w))
    expect_failed(op.name, "the result of a pool over " + to_text(op.output), to_string(dy));
  return {make_image(op.name, DType::f32, dy, dy.n(), dy.c(), op.output.h, op.output.w)};
}

double flops(const AvgPoolGradient& op, std::span<const ValueType> operands, std::span<const ValueType>) {
  return static_cast<double>(operands[0].shape.elements()) * static_cast<double>(op.kernel.h * op.kernel.w);
}

std::string describe(const AvgPoolGradient& op) {
  return describe_windows(op.kernel, op.stride, op.padding);
}

}  // namespace terramask::ops
