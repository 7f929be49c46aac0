#include "ops/reference.hpp"

#include <algorithm>

#include "ops/extents.hpp"
#include "ops/upsample/upsample.hpp"

namespace terramask::ops {

namespace {

// The two source positions between which result position i lies, and how far it is towards the second.
struct Between {
  std::int64_t first, second;
  double fraction;
};

Between between(UpsampleMode mode, std::int64_t i, std::int64_t factor, std::int64_t extent) {
  if (mode == UpsampleMode::nearest) return {i / factor, i / factor, 0};
  const std::int64_t numerator = 2 * i + 1 - factor, denominator = 2 * factor;
  const std::int64_t first = floor_div(numerator, denominator);
  const double fraction =
      static_cast<double>(numerator - first * denominator) / static_cast<double>(denominator);
  return {std::clamp<std::int64_t>(first, 0, extent - 1), std::clamp<std::int64_t>(first + 1, 0, extent - 1),
          fraction};
}

}  // namespace

void evaluate(const Upsample& op, std::span<const reference::Array* const> operands,
              std::span<reference::Array> results) {
  const reference::Array& x = *operands[0];
  reference::Array& y = results[0];
  for (std::int64_t n = 0; n < y.shape.n(); ++n)
    for (std::int64_t c = 0; c < y.shape.c(); ++c)
      for (std::int64_t i = 0; i < y.shape.h(); ++i)
        for (std::int64_t j = 0; j < y.shape.w(); ++j) {
          const Between r = between(op.mode, i, op.factor.h, x.shape.h());
          const Between s = between(op.mode, j, op.factor.w, x.shape.w());
          const auto along_row = [&](std::int64_t row) {
            return (1 - s.fraction) * x.at(n, c, row, s.first) + s.fraction * x.at(n, c, row, s.second);
          };
          y.at(n, c, i, j) = (1 - r.fraction) * along_row(r.first) + r.fraction * along_row(r.second);
        }
}

}  // namespace terramask::ops
