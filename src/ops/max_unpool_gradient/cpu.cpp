#include <algorithm>

#include "cpu/builder.hpp"
#include "ops/max_unpool_gradient/max_unpool_gradient.hpp"

namespace terramask::ops {
namespace {

// Whether a window after (i, j) in row-major order refers to the same pixel, which lies in window (i, j).
bool overwritten(const MaxUnpoolGradient& op, const cpu::Image<const std::int32_t>& indices,
                 std::int64_t group, std::int64_t lane, std::int64_t i, std::int64_t j, std::int32_t index,
                 std::int64_t width) {
  const std::int64_t row = index / width + op.padding.h, column = index % width + op.padding.w;
  for (std::int64_t a = i; a < indices.shape.h() && a * op.stride.h <= row; ++a) {
    const std::int64_t before =
        column - op.kernel.w < 0 ? -1 : (column - op.kernel.w) / op.stride.w;  // the last that ends before
    for (std::int64_t b = a == i ? j + 1 : before + 1; b < indices.shape.w() && b * op.stride.w <= column;
         ++b)
      if (indices.row(group, a)[b * indices.block + lane] == index) return true;
  }
  return false;
}

}  // namespace

void prepare(const MaxUnpoolGradient& op, cpu::Builder& builder) {
  builder.step("max_unpool_gradient", [&] {
    const auto dy = builder.operand(0);
    const auto indices = builder.operand<const std::int32_t>(1);
    const auto dx = builder.result();
    return [=] {
      const std::int64_t b = dy.block, width = dy.shape.w(), area = dy.shape.h() * width;
      const bool apart = op.kernel.h <= op.stride.h && op.kernel.w <= op.stride.w;
      cpu::parallel(dx.groups() * dx.shape.h(), [&](std::int64_t job) {
        const std::int64_t group = job / dx.shape.h(), i = job % dx.shape.h();
        const std::int64_t top = i * op.stride.h - op.padding.h;
        const float* const plane = dy.row(group, 0);
        for (std::int64_t j = 0; j < dx.shape.w(); ++j) {
          const std::int64_t left = j * op.stride.w - op.padding.w;
          const std::int32_t* const places = indices.row(group, i) + j * b;
          float* const to = dx.row(group, i) + j * b;
          for (std::int64_t lane = 0; lane < b; ++lane) {
            const std::int32_t index = places[lane];
            to[lane] = 0;
            if (index < 0 || index >= area) continue;
            const std::int64_t row = index / width, column = index % width;
            if (row < top || row >= top + op.kernel.h || column < left || column >= left + op.kernel.w)
              continue;
            if (apart || !overwritten(op, indices, group, lane, i, j, index, width))
              to[lane] = plane[index * b + lane];
          }
        }
      });
    };
  });
}

}  // namespace terramask::ops
