#include "ops/extents.hpp"
#include "ops/upsample_gradient/upsample_gradient.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const UpsampleGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  expect_at_least(op.name, "factor", op.factor, 1);
  const Shape& dy = expect_image(op.name, operands, 0);
  if (dy.h() % op.factor.h != 0 || dy.w() % op.factor.w != 0)
    expect_failed(op.name, "a multiple of " + to_text(op.factor), to_string(dy));
  return {make_image(op.name, DType::f32, dy, dy.n(), dy.c(), dy.h() / op.factor.h, dy.w() / op.factor.w)};
}

double flops(const UpsampleGradient& op, std::span<const ValueType> operands, std::span<const ValueType>) {
  return (op.mode == UpsampleMode::nearest ? 1.0 : 7.0) * static_cast<double>(operands[0].shape.elements());
}

std::string describe(const UpsampleGradient& op) {
  return (op.mode == UpsampleMode::nearest ? "nearest " : "bilinear ") + to_text(op.factor);
}

}  // namespace terramask::ops
