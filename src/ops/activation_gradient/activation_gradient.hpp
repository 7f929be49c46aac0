// The gradient of an activation, computed from its result.
#pragma once

#include "ops/activation/activation.hpp"
#include "terramask/differentiate.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: y = activation(x), dy. Result: dx. All have one shape. It uses the result y so that the
/// activation may be fused into the preceding kernel: relu passes dy where y > 0; leaky_relu and elu scale it
/// where y < 0 (both need alpha > 0); sigmoid: dy·y·(1 − y); tanh: dy·(1 − y²).
struct ActivationGradient {
  static constexpr std::string_view name = "activation_gradient";
  Activation activation;
};

std::vector<ValueType> infer(const ActivationGradient& op, std::span<const ValueType> operands);
double flops(const ActivationGradient& op, std::span<const ValueType> operands,
             std::span<const ValueType> results);
std::string describe(const ActivationGradient& op);

/// The gradient with respect to the input of an operator's fused activation.
ValueId through_activation(const Activation& activation, Backward& backward);

}  // namespace terramask::ops
