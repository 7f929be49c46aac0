#include <algorithm>

#include "cpu/builder.hpp"
#include "ops/extents.hpp"
#include "ops/max_pool_gradient/max_pool_gradient.hpp"

namespace terramask::ops {

void prepare(const MaxPoolGradient& op, cpu::Builder& builder) {
  builder.step("max_pool_gradient", [&] {
    const auto dy = builder.operand(0);
    const auto indices = builder.operand<const std::int32_t>(1);
    const auto dx = builder.result();
    return [=] {
      const Window down = window(op, Axis::rows), across = window(op, Axis::columns);
      cpu::with_block(dy.block, [&](auto lanes) {
        constexpr std::int64_t b = lanes;
        cpu::parallel(dx.groups() * dx.shape.h(), [&](std::int64_t job) {
          const std::int64_t group = job / dx.shape.h(), row = job % dx.shape.h();
          const Interval rows = covering(down, row, dy.shape.h());
          for (std::int64_t column = 0; column < dx.shape.w(); ++column) {
            const Interval columns = covering(across, column, dy.shape.w());
            const auto own = static_cast<std::int32_t>(row * dx.shape.w() + column);
            float sums[b] = {};
            for (std::int64_t i = rows.begin; i < rows.end; ++i)
              for (std::int64_t j = columns.begin; j < columns.end; ++j) {
                const std::int32_t* const places = indices.row(group, i) + j * b;
                const float* const pixel = dy.row(group, i) + j * b;
                for (std::int64_t c = 0; c < b; ++c) sums[c] += places[c] == own ? pixel[c] : 0.0F;
              }
            std::copy_n(sums, b, dx.row(group, row) + column * b);
          }
        });
      });
    };
  });
}

}  // namespace terramask::ops
