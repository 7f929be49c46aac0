#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/add/add.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Add& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  expect_f32(op.name, operands, 0);
  expect_shape(op.name, operands, 1, operands[0].shape, "a second operand like the first,");
  return {operands[0]};
}

double flops(const Add&, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements());
}

std::string describe(const Add& op) {
  return describe(op.activation);
}

void differentiate(const Add& op, Backward& backward) {
  const ValueId dy = through_activation(op.activation, backward);
  for (std::size_t i = 0; i < 2; ++i)
    if (backward.wants(i)) backward.give(i, dy);
}

}  // namespace terramask::ops
