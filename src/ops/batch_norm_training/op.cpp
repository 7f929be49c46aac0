#include <fmt/format.h>

#include <cmath>

#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/batch_norm_gradient/batch_norm_gradient.hpp"
#include "ops/batch_norm_training/batch_norm_training.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const BatchNormTraining& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 5, 5);
  if (!(op.epsilon > 0) || !std::isfinite(op.epsilon))
    expect_failed(op.name, "an epsilon above 0", fmt::format("{}", op.epsilon));
  if (!(op.momentum >= 0 && op.momentum <= 1))
    expect_failed(op.name, "a momentum between 0 and 1", fmt::format("{}", op.momentum));
  const Shape& x = expect_image(op.name, operands, 0);
  if (x.n() * x.h() * x.w() < 2)
    expect_failed(op.name, "more than one pixel a channel, to have a variance", to_string(x));
  constexpr std::string_view names[] = {"x", "weight", "bias", "running mean", "running variance"};
  for (std::size_t i = 1; i < 5; ++i) expect_shape(op.name, operands, i, {x.c()}, names[i]);
  const ValueType vector{DType::f32, Shape{x.c()}};
  return {operands[0], vector, vector, vector, vector};
}

// Sums, squared differences, and the normalisation.
double flops(const BatchNormTraining&, std::span<const ValueType>, std::span<const ValueType> results) {
  return 6.0 * static_cast<double>(results[0].shape.elements());
}

std::string describe(const BatchNormTraining& op) {
  return fmt::format("epsilon {} momentum {}", op.epsilon, op.momentum) + fused_text(op.activation);
}

void differentiate(const BatchNormTraining& op, Backward& backward) {
  const ValueId dy = through_activation(op.activation, backward);
  const auto gradients = backward.add(
      BatchNormGradient{.training = true, .epsilon = op.epsilon},
      {backward.operand(0), dy, backward.operand(1), backward.result(1), backward.result(2)}, "dx");
  for (std::size_t i = 0; i < 3; ++i)
    if (backward.wants(i)) backward.give(i, gradients[i]);
}

}  // namespace terramask::ops
