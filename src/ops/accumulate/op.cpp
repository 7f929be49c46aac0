#include "ops/accumulate/accumulate.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Accumulate& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 3, 3);
  expect_f32(op.name, operands, 0);
  expect_shape(op.name, operands, 1, operands[0].shape, "x");
  expect_shape(op.name, operands, 2, {1}, "keep");
  return {operands[0]};
}

double flops(const Accumulate&, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements());
}

}  // namespace terramask::ops
