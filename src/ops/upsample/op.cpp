#include "ops/extents.hpp"
#include "ops/upsample/upsample.hpp"
#include "ops/upsample_gradient/upsample_gradient.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Upsample& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  expect_at_least(op.name, "factor", op.factor, 1);
  const Shape& x = expect_image(op.name, operands, 0);
  return {make_image(op.name, DType::f32, x, x.n(), x.c(), x.h() * op.factor.h, x.w() * op.factor.w)};
}

// Bilinear: four multiplications and three additions per pixel.
double flops(const Upsample& op, std::span<const ValueType>, std::span<const ValueType> results) {
  return op.mode == UpsampleMode::nearest ? 0.0 : 7.0 * static_cast<double>(results[0].shape.elements());
}

// Result position i is centred on (i + ½)/f − ½ = (2i + 1 − f)/2f; bilinear interpolation uses the positions
// on either side.
Interval reach(const Upsample& op, std::size_t, Axis axis, Interval result) {
  const std::int64_t f = along(op.factor, axis);
  const auto floor_source = [&](std::int64_t i) {
    return op.mode == UpsampleMode::nearest ? floor_div(i, f) : floor_div(2 * i + 1 - f, 2 * f);
  };
  const auto ceil_source = [&](std::int64_t i) {
    return op.mode == UpsampleMode::nearest ? floor_div(i, f) : ceil_div(2 * i + 1 - f, 2 * f);
  };
  const std::int64_t begin = floor_source(result.begin);
  if (result.begin >= result.end) return {begin, begin};
  return {begin, ceil_source(result.end - 1) + 1};
}

Rate rate(const Upsample& op, Axis axis) {
  return {along(op.factor, axis), 1};
}

std::string describe(const Upsample& op) {
  return (op.mode == UpsampleMode::nearest ? "nearest " : "bilinear ") + to_text(op.factor);
}

void differentiate(const Upsample& op, Backward& backward) {
  backward.give(
      0, backward.add1(UpsampleGradient{.factor = op.factor, .mode = op.mode}, {backward.gradient()}, "dx"));
}

}  // namespace terramask::ops
