#include "ops/extents.hpp"
#include "ops/max_pool_gradient/max_pool_gradient.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const MaxPoolGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  expect_pool_windows(op.name, op.kernel, op.stride, op.padding);
  const Shape& dy = expect_image(op.name, operands, 0);
  if (const Shape& indices = expect_image(op.name, operands, 1, DType::i32); indices != dy)
    expect_failed(op.name, "indices " + to_string(dy), to_string(indices));
  return {make_image(op.name, DType::f32, dy, dy.n(), dy.c(), op.output.h, op.output.w)};
}

double flops(const MaxPoolGradient& op, std::span<const ValueType> operands, std::span<const ValueType>) {
  return static_cast<double>(operands[0].shape.elements()) * static_cast<double>(op.kernel.h * op.kernel.w);
}

std::string describe(const MaxPoolGradient& op) {
  return describe_windows(op.kernel, op.stride, op.padding);
}

}  // namespace terramask::ops
