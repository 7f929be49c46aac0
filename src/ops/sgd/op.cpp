#include <fmt/format.h>

#include "ops/extents.hpp"
#include "ops/sgd/sgd.hpp"

namespace terramask::ops {

void expect_update(std::string_view op, std::span<const ValueType> operands, const ParameterGroup& group) {
  expect_f32(op, operands, 0);
  for (std::size_t i = 1; i < operands.size(); ++i) {
    constexpr std::string_view names[] = {"", "gradient", "scale", "schedule", "moment", "second moment"};
    const Shape& shape = i == 2 ? Shape{1} : i == 3 ? Shape{kScheduleLength} : operands[0].shape;
    expect_shape(op, operands, i, shape, names[i]);
  }
  if (!(group.rate >= 0 && group.weight_decay >= 0 && group.l1 >= 0))
    expect_failed(op, "rate, weight decay and l1 of 0 or more", describe(group));
}

std::string describe(const ParameterGroup& group) {
  std::string text;
  if (group.rate != 1) text += fmt::format(" rate {}", group.rate);
  if (group.weight_decay != 0) text += fmt::format(" weight decay {}", group.weight_decay);
  if (group.l1 != 0) text += fmt::format(" l1 {}", group.l1);
  return text;
}

std::vector<ValueType> infer(const Sgd& op, std::span<const ValueType> operands) {
  const std::size_t count = op.momentum > 0 ? 5 : 4;
  expect_count(op.name, operands, count, count);
  expect_update(op.name, operands, op.group);
  if (!(op.momentum >= 0 && op.momentum < 1))
    expect_failed(op.name, "a momentum from 0 to below 1", fmt::format("{}", op.momentum));
  if (op.momentum > 0) return {operands[0], operands[0]};
  return {operands[0]};
}

double flops(const Sgd&, std::span<const ValueType>, std::span<const ValueType> results) {
  return 6.0 * static_cast<double>(results[0].shape.elements());
}

std::string describe(const Sgd& op) {
  return fmt::format("momentum {}{}", op.momentum, op.nesterov ? " nesterov" : "") + describe(op.group);
}

}  // namespace terramask::ops
