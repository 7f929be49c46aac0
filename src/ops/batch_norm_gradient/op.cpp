#include <fmt/format.h>

#include "ops/batch_norm_gradient/batch_norm_gradient.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const BatchNormGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 5, 5);
  const Shape& x = expect_image(op.name, operands, 0);
  expect_shape(op.name, operands, 1, x, "a gradient as x,");
  expect_shape(op.name, operands, 2, {x.c()}, "weight");
  expect_shape(op.name, operands, 3, {x.c()}, "mean");
  expect_shape(op.name, operands, 4, {x.c()}, op.training ? "inverse deviation" : "variance");
  const ValueType vector{DType::f32, Shape{x.c()}};
  return {operands[0], vector, vector};
}

double flops(const BatchNormGradient&, std::span<const ValueType>, std::span<const ValueType> results) {
  return 10.0 * static_cast<double>(results[0].shape.elements());
}

std::string describe(const BatchNormGradient& op) {
  return op.training ? std::string("of the batch")
                     : fmt::format("of running statistics, epsilon {}", op.epsilon);
}

}  // namespace terramask::ops
