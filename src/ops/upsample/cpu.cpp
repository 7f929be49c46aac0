#include <algorithm>
#include <vector>

#include "cpu/builder.hpp"
#include "ops/extents.hpp"
#include "ops/upsample/upsample.hpp"

namespace terramask::ops {
namespace {

// The two source positions on either side of a result position, and the fraction of the way to the second.
struct Between {
  std::int64_t first, second;
  float fraction;
};

std::vector<Between> positions(UpsampleMode mode, std::int64_t factor, std::int64_t extent) {
  std::vector<Between> all;
  for (std::int64_t i = 0; i < extent * factor; ++i) {
    if (mode == UpsampleMode::nearest) {
      all.push_back({i / factor, i / factor, 0});
      continue;
    }
    const std::int64_t numerator = 2 * i + 1 - factor, denominator = 2 * factor;
    const std::int64_t first = floor_div(numerator, denominator);
    const auto fraction = static_cast<float>(static_cast<double>(numerator - first * denominator) /
                                             static_cast<double>(denominator));
    all.push_back({std::clamp<std::int64_t>(first, 0, extent - 1),
                   std::clamp<std::int64_t>(first + 1, 0, extent - 1), fraction});
  }
  return all;
}

}  // namespace

void prepare(const Upsample& op, cpu::Builder& builder) {
  builder.step("upsample", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    const bool nearest = op.mode == UpsampleMode::nearest;
    return [x, y, nearest, rows = positions(op.mode, op.factor.h, x.shape.h()),
            columns = positions(op.mode, op.factor.w, x.shape.w())] {
      cpu::with_block(x.block, [&](auto lanes) {
        constexpr std::int64_t b = lanes;
        cpu::parallel(y.groups() * y.shape.h(), [&](std::int64_t job) {
          const std::int64_t group = job / y.shape.h(), i = job % y.shape.h();
          const Between r = rows[static_cast<std::size_t>(i)];
          const float* const above = x.row(group, r.first);
          const float* const below = x.row(group, r.second);
          float* const to = y.row(group, i);
          for (std::int64_t j = 0; j < y.shape.w(); ++j) {
            const Between s = columns[static_cast<std::size_t>(j)];
            const std::int64_t left = s.first * b, right = s.second * b;
            if (nearest) {
              std::copy_n(above + left, b, to + j * b);
              continue;
            }
            for (std::int64_t c = 0; c < b; ++c) {
              const float upper = (1 - s.fraction) * above[left + c] + s.fraction * above[right + c];
              const float lower = (1 - s.fraction) * below[left + c] + s.fraction * below[right + c];
              to[j * b + c] = (1 - r.fraction) * upper + r.fraction * lower;
            }
          }
        });
      });
    };
  });
}

}  // namespace terramask::ops
