#include <fmt/format.h>

#include "ops/adam/adam.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Adam& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 6, 6);
  expect_update(op.name, operands, op.group);
  const auto fraction = [](double value) { return value >= 0 && value < 1; };
  if (!fraction(op.beta1) || !fraction(op.beta2) || !(op.epsilon > 0))
    expect_failed(op.name, "betas from 0 to below 1 and an epsilon above 0",
                  fmt::format("{}, {}, {}", op.beta1, op.beta2, op.epsilon));
  return {operands[0], operands[0], operands[0]};
}

double flops(const Adam&, std::span<const ValueType>, std::span<const ValueType> results) {
  return 14.0 * static_cast<double>(results[0].shape.elements());
}

std::string describe(const Adam& op) {
  return fmt::format("beta {} {}{}", op.beta1, op.beta2, op.decoupled ? " decoupled" : "") +
         describe(op.group);
}

}  // namespace terramask::ops
