#include <fmt/format.h>

#include "ops/dropout/dropout.hpp"
#include "ops/extents.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Dropout& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 2);
  if (!(op.rate >= 0 && op.rate < 1))
    expect_failed(op.name, "a rate from 0 to below 1", fmt::format("{}", op.rate));
  expect_image(op.name, operands, 0);
  if (operands.size() > 1 && !(operands[1] == ValueType{DType::i32, Shape{4}}))
    expect_failed(op.name, "a key i32 4", to_string(operands[1].dtype) + " " + to_string(operands[1].shape));
  return {operands[0]};
}

double flops(const Dropout&, std::span<const ValueType>, std::span<const ValueType> results) {
  return static_cast<double>(results[0].shape.elements());
}

std::string describe(const Dropout& op) {
  return fmt::format("rate {} layer {}", op.rate, op.layer);
}

void differentiate(const Dropout& op, Backward& backward) {
  if (backward.operands() < 2) return backward.give(0, backward.gradient());
  backward.give(0, backward.add1(op, {backward.gradient(), backward.operand(1)}, "dx"));
}

}  // namespace terramask::ops
