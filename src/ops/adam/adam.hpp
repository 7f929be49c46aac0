// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), as in PyTorch.
#pragma once

#include "ops/sgd/sgd.hpp"
#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: p (any shape), g (as p), scale [1], schedule [3], moments m and v (as p). Results: the new p, m,
/// v.
/// g' = scale·g + l1·sign(p), plus weight_decay·p unless decoupled;
/// m' = β1·m + (1 − β1)·g'; v' = β2·v + (1 − β2)·g'²;
/// p' = p·(1 − lr·rate·weight_decay if decoupled)
///      − lr·rate / (1 − β1^t) · m' / (sqrt(v') / sqrt(1 − β2^t) + ε).
struct Adam {
  static constexpr std::string_view name = "adam";
  static constexpr bool updates_in_place = true;
  static constexpr bool makes_weights = true;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  bool decoupled = false;
  ParameterGroup group;
};

std::vector<ValueType> infer(const Adam& op, std::span<const ValueType> operands);
double flops(const Adam& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const Adam& op);

}  // namespace terramask::ops
