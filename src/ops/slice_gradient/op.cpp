#include <fmt/format.h>

#include "ops/extents.hpp"
#include "ops/slice_gradient/slice_gradient.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const SliceGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  const Shape& dy = expect_image(op.name, operands, 0);
  if (op.begin < 0 || op.begin + dy.c() > op.channels)
    expect_failed(op.name, fmt::format("at most {} channels from channel {} on", op.channels, op.begin),
                  to_string(dy));
  return {make_image(op.name, DType::f32, dy, dy.n(), op.channels, dy.h(), dy.w())};
}

std::string describe(const SliceGradient& op) {
  return fmt::format("from channel {} of {}", op.begin, op.channels);
}

}  // namespace terramask::ops
