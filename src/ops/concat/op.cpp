#include "ops/concat/concat.hpp"
#include "ops/extents.hpp"
#include "ops/slice/slice.hpp"
#include "terramask/differentiate.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const Concat& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 1, 0);
  const Shape& first = expect_image(op.name, operands, 0);
  std::int64_t channels = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const Shape& x = expect_image(op.name, operands, i);
    if (x.n() != first.n() || x.h() != first.h() || x.w() != first.w())
      expect_failed(op.name, "images that differ in channels alone",
                    to_string(first) + " and " + to_string(x));
    channels += x.c();
  }
  return {make_image(op.name, DType::f32, first, first.n(), channels, first.h(), first.w())};
}

// No arithmetic.
void differentiate(const Concat&, Backward& backward) {
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < backward.operands(); ++i) {
    const std::int64_t end = begin + backward.type(backward.operand(i)).shape.c();
    if (backward.wants(i))
      backward.give(i, backward.add1(Slice{.begin = begin, .end = end}, {backward.gradient()}, "dx"));
    begin = end;
  }
}

}  // namespace terramask::ops
