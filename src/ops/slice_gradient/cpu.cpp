#include "cpu/builder.hpp"
#include "ops/cpu/copy.hpp"
#include "ops/slice_gradient/slice_gradient.hpp"

namespace terramask::ops {
namespace {

// Sets channels [from, to) of every image to 0.
void clear_channels(const cpu::Image<float>& y, std::int64_t from, std::int64_t to) {
  const std::int64_t count = to - from, rows = y.shape.h();
  cpu::parallel(y.shape.n() * count * rows, [&](std::int64_t job) {
    const std::int64_t row = job % rows, c = job / rows % count, n = job / rows / count;
    float* const target = y.channel_row(n, from + c, row);
    for (std::int64_t j = 0; j < y.shape.w(); ++j) target[j * y.block] = 0;
  });
}

}  // namespace

void prepare(const SliceGradient& op, cpu::Builder& builder) {
  builder.step("slice_gradient", [&] {
    return [dy = builder.operand(0), dx = builder.result(), op] {
      clear_channels(dx, 0, op.begin);
      copy_channels(dy, 0, dx, op.begin, dy.shape.c());
      clear_channels(dx, op.begin + dy.shape.c(), op.channels);
    };
  });
}

}  // namespace terramask::ops
