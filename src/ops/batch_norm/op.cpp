#include <fmt/format.h>

#include <cmath>

#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/batch_norm/batch_norm.hpp"
#include "ops/batch_norm_gradient/batch_norm_gradient.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const BatchNorm& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 5, 5);
  if (!(op.epsilon > 0) || !std::isfinite(op.epsilon))
    expect_failed(op.name, "an epsilon above 0", fmt::format("{}", op.epsilon));
  const Shape& x = expect_image(op.name, operands, 0);
  constexpr std::string_view names[] = {"x", "weight", "bias", "running mean", "running variance"};
  for (std::size_t i = 1; i < 5; ++i) expect_shape(op.name, operands, i, {x.c()}, names[i]);
  return {operands[0]};
}

// One multiplication and one addition per element.
double flops(const BatchNorm&, std::span<const ValueType>, std::span<const ValueType> results) {
  return 2.0 * static_cast<double>(results[0].shape.elements());
}

std::string describe(const BatchNorm& op) {
  return fmt::format("epsilon {}", op.epsilon) + fused_text(op.activation);
}

// The statistics are constants here.
void differentiate(const BatchNorm& op, Backward& backward) {
  const ValueId dy = through_activation(op.activation, backward);
  const auto gradients = backward.add(
      BatchNormGradient{.training = false, .epsilon = op.epsilon},
      {backward.operand(0), dy, backward.operand(1), backward.operand(3), backward.operand(4)}, "dx");
  for (std::size_t i = 0; i < 3; ++i)
    if (backward.wants(i)) backward.give(i, gradients[i]);
}

// The identity: weight and running variance 1, bias and running mean 0.
Initial initial(const BatchNorm&, std::size_t operand, std::span<const ValueType>) {
  return {.value = operand == 1 || operand == 4 ? 1.0 : 0.0};
}

}  // namespace terramask::ops
