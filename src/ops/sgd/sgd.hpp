// Stochastic gradient descent with momentum (Sutskever et al. 2013), as in PyTorch.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// The schedule values for an update, in this order: the learning rate, and Adam's 1 − β1^t, 1 − β2^t.
constexpr std::int64_t kScheduleLength = 3;

/// Options of a group of parameters.
struct ParameterGroup {
  double rate = 1;          ///< multiplies the learning rate
  double weight_decay = 0;  ///< L2
  double l1 = 0;            ///< adds l1 · sign(p) to the gradient
};

/// Operands: p (any shape), g (as p), scale [1], schedule [3] and, if momentum > 0, the buffer m (as p).
/// Results: the new p and m. g' = scale·g + weight_decay·p + l1·sign(p); m' = momentum·m + g' (PyTorch's
/// first step, m = g', is the same with m = 0); p' = p − lr·rate·(nesterov ? g' + momentum·m' : m').
struct Sgd {
  static constexpr std::string_view name = "sgd";
  static constexpr bool updates_in_place = true;
  static constexpr bool makes_weights = true;
  double momentum = 0;
  bool nesterov = false;
  ParameterGroup group;
};

std::vector<ValueType> infer(const Sgd& op, std::span<const ValueType> operands);
double flops(const Sgd& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const Sgd& op);

/// Expects parameter, gradient, scale and schedule, the first operands of every optimiser.
void expect_update(std::string_view op, std::span<const ValueType> operands, const ParameterGroup& group);
std::string describe(const ParameterGroup& group);

}  // namespace terramask::ops
