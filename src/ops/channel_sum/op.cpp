#include "ops/channel_sum/channel_sum.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const ChannelSum& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  return {{DType::f32, Shape{expect_image(op.name, operands, 0).c()}}};
}

double flops(const ChannelSum&, std::span<const ValueType> operands, std::span<const ValueType>) {
  return static_cast<double>(operands[0].shape.elements());
}

}  // namespace terramask::ops
