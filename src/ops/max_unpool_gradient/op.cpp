#include "ops/extents.hpp"
#include "ops/max_unpool_gradient/max_unpool_gradient.hpp"

namespace terramask::ops {

std::vector<ValueType> infer(const MaxUnpoolGradient& op, std::span<const ValueType> operands) {
  expect_count(op.name, operands, 2, 2);
  expect_pool_windows(op.name, op.kernel, op.stride, op.padding);
  const Shape& dy = expect_image(op.name, operands, 0);
  const Shape& indices = expect_image(op.name, operands, 1, DType::i32);
  if (indices.n() != dy.n() || indices.c() != dy.c())
    expect_failed(op.name, "indices of as many planes as " + to_string(dy), to_string(indices));
  return {{DType::f32, indices}};
}

std::string describe(const MaxUnpoolGradient& op) {
  return describe_windows(op.kernel, op.stride, op.padding);
}

}  // namespace terramask::ops
