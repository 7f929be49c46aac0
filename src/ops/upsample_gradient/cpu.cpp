#include <algorithm>
#include <vector>

#include "cpu/builder.hpp"
#include "ops/extents.hpp"
#include "ops/upsample_gradient/upsample_gradient.hpp"

namespace terramask::ops {
namespace {

// The contributions of one position of the smaller image to positions of the larger.
struct Share {
  std::int64_t position;
  float weight;
};

std::vector<std::vector<Share>> shares(UpsampleMode mode, std::int64_t factor, std::int64_t extent) {
  std::vector<std::vector<Share>> all(static_cast<std::size_t>(extent));
  const auto give = [&](std::int64_t to, std::int64_t position, double weight) {
    auto& own = all[static_cast<std::size_t>(std::clamp<std::int64_t>(to, 0, extent - 1))];
    if (!own.empty() && own.back().position == position)
      own.back().weight += static_cast<float>(weight);  // at the border, where both are the same
    else
      own.push_back({position, static_cast<float>(weight)});
  };
  for (std::int64_t i = 0; i < extent * factor; ++i) {
    if (mode == UpsampleMode::nearest) {
      give(i / factor, i, 1);
      continue;
    }
    const std::int64_t numerator = 2 * i + 1 - factor, denominator = 2 * factor;
    const std::int64_t first = floor_div(numerator, denominator);
    const double fraction =
        static_cast<double>(numerator - first * denominator) / static_cast<double>(denominator);
    give(first, i, 1 - fraction);
    give(first + 1, i, fraction);
  }
  return all;
}

}  // namespace

void prepare(const UpsampleGradient& op, cpu::Builder& builder) {
  builder.step("upsample_gradient", [&] {
    const auto dy = builder.operand(0);
    const auto dx = builder.result();
    return [dy, dx, rows = shares(op.mode, op.factor.h, dx.shape.h()),
            columns = shares(op.mode, op.factor.w, dx.shape.w())] {
      cpu::with_block(dy.block, [&](auto lanes) {
        constexpr std::int64_t b = lanes;
        cpu::parallel(dx.groups() * dx.shape.h(), [&](std::int64_t job) {
          const std::int64_t group = job / dx.shape.h(), i = job % dx.shape.h();
          for (std::int64_t j = 0; j < dx.shape.w(); ++j) {
            float sums[b] = {};
            for (const Share& row : rows[static_cast<std::size_t>(i)]) {
              float along[b] = {};
              for (const Share& column : columns[static_cast<std::size_t>(j)]) {
                const float* const pixel = dy.row(group, row.position) + column.position * b;
                for (std::int64_t c = 0; c < b; ++c) along[c] += column.weight * pixel[c];
              }
              for (std::int64_t c = 0; c < b; ++c) sums[c] += row.weight * along[c];
            }
            std::copy_n(sums, b, dx.row(group, i) + j * b);
          }
        });
      });
    };
  });
}

}  // namespace terramask::ops
