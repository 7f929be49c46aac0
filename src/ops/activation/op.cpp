#include <fmt/format.h>

#include "ops/activation/activation.hpp"
#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::string describe(const Activation& activation) {
  switch (activation.kind) {
    case ActivationKind::none:
      return {};
    case ActivationKind::relu:
      return "relu";
    case ActivationKind::leaky_relu:
      return fmt::format("leaky_relu({})", activation.alpha);
    case ActivationKind::elu:
      return fmt::format("elu({})", activation.alpha);
    case ActivationKind::sigmoid:
      return "sigmoid";
    case ActivationKind::tanh:
      return "tanh";
  }
  throw Error(ErrorCode::internal, "activation: unknown kind");
}

std::vector<ValueType> infer(const Activate& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  expect_f32(op.name, operands, 0);
  return {operands[0]};
}

// One per element, for any function.
double flops(const Activate&, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements());
}

std::string describe(const Activate& op) {
  return describe(op.activation);
}

void differentiate(const Activate& op, Backward& backward) {
  backward.give(0, through_activation(op.activation, backward));
}

ValueId through_activation(const Activation& activation, Backward& backward) {
  if (activation.kind == ActivationKind::none) return backward.gradient();
  return backward.add1(ActivationGradient{activation}, {backward.result(), backward.gradient()}, "dz");
}

}  // namespace terramask::ops
