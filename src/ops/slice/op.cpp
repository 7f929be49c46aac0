#include <fmt/format.h>

#include "ops/extents.hpp"
#include "ops/slice/slice.hpp"
#include "ops/slice_gradient/slice_gradient.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Slice& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 1);
  const Shape& x = expect_image(op.name, operands, 0);
  if (op.begin < 0 || op.begin >= op.end || op.end > x.c())
    expect_failed(op.name, fmt::format("channels within [0, {})", x.c()),
                  fmt::format("[{}, {})", op.begin, op.end));
  return {make_image(op.name, DType::f32, x, x.n(), op.end - op.begin, x.h(), x.w())};
}

// No arithmetic.
std::string describe(const Slice& op) {
  return fmt::format("channels {} to {}", op.begin, op.end - 1);
}

void differentiate(const Slice& op, Backward& backward) {
  const std::int64_t channels = backward.type(backward.operand(0)).shape.c();
  backward.give(
      0, backward.add1(SliceGradient{.begin = op.begin, .channels = channels}, {backward.gradient()}, "dx"));
}

}  // namespace terramask::ops
