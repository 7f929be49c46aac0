#include <fmt/format.h>

#include "ops/extents.hpp"
#include "ops/gradient_scale/gradient_scale.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const GradientScale& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  expect_shape(op.name, operands, 0, {2}, "total");
  expect_shape(op.name, operands, 1, {1}, "squares");
  if (!(op.max_norm >= 0)) expect_failed(op.name, "a max_norm of 0 or more", fmt::format("{}", op.max_norm));
  const ValueType scalar{DType::f32, Shape{1}};
  return {scalar, scalar};
}

double flops(const GradientScale&, std::span<const ValueType>, std::span<const ValueType>) {
  return 4;
}

std::string describe(const GradientScale& op) {
  return op.max_norm > 0 ? fmt::format("norm of at most {}", op.max_norm) : std::string();
}

}  // namespace terramask::ops
