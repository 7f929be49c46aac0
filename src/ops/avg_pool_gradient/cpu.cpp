#include <algorithm>

#include "cpu/builder.hpp"
#include "ops/avg_pool_gradient/avg_pool_gradient.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {
namespace {

// Positions of an image that window i covers.
std::int64_t covered(const Window& window, std::int64_t i, std::int64_t extent) {
  const std::int64_t begin = i * window.stride - window.padding;
  return std::min(begin + window.kernel, extent) - std::max<std::int64_t>(begin, 0);
}

}  // namespace

void prepare(const AvgPoolGradient& op, cpu::Builder& builder) {
  builder.step("avg_pool_gradient", [&] {
    const auto dy = builder.operand(0);
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
            float sums[b] = {};
            for (std::int64_t i = rows.begin; i < rows.end; ++i)
              for (std::int64_t j = columns.begin; j < columns.end; ++j) {
                const std::int64_t counted =
                    op.count_include_pad ? op.kernel.h * op.kernel.w
                                         : covered(down, i, dx.shape.h()) * covered(across, j, dx.shape.w());
                const float share = 1 / static_cast<float>(counted);
                const float* const pixel = dy.row(group, i) + j * b;
                for (std::int64_t c = 0; c < b; ++c) sums[c] += pixel[c] * share;
              }
            std::copy_n(sums, b, dx.row(group, row) + column * b);
          }
        });
      });
    };
  });
}

}  // namespace terramask::ops
