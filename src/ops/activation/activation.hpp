// Element-wise activations: a separate operator, or fused into the preceding kernel.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

enum class ActivationKind : std::uint8_t { none, relu, leaky_relu, elu, sigmoid, tanh };

/// relu: max(x, 0); leaky_relu: x < 0 ? alpha·x : x; elu: x < 0 ? alpha·(exp(x) − 1) : x.
struct Activation {
  ActivationKind kind = ActivationKind::none;
  float alpha = 0;
  bool operator==(const Activation&) const = default;
};

/// "relu", "leaky_relu(0.01)"; empty for none.
std::string describe(const Activation& activation);

/// y = activation(x), any shape.
struct Activate {
  static constexpr std::string_view name = "activation";
  static constexpr bool pixelwise = true;
  Activation activation;
};

std::vector<ValueType> infer(const Activate& op, std::span<const ValueType> operands);
double flops(const Activate& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const Activate& op);
void differentiate(const Activate& op, Backward& backward);

}  // namespace terramask::ops
