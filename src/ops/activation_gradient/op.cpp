#include <fmt/format.h>

#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const ActivationGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  expect_f32(op.name, operands, 0);
  expect_shape(op.name, operands, 1, operands[0].shape, "a gradient as y,");
  const ActivationKind kind = op.activation.kind;
  if ((kind == ActivationKind::leaky_relu || kind == ActivationKind::elu) && !(op.activation.alpha > 0))
    expect_failed(op.name, "an alpha above 0: otherwise the result does not tell the operand's sign",
                  fmt::format("{}", op.activation.alpha));
  return {operands[0]};
}

double flops(const ActivationGradient&, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements());
}

std::string describe(const ActivationGradient& op) {
  return describe(op.activation);
}

}  // namespace terramask::ops
