#include "ops/reference.hpp"

#include <algorithm>

#include "ops/max_unpool/max_unpool.hpp"

namespace terramask::ops {

void evaluate(const MaxUnpool& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const reference::Array& indices = *operands[1];
  reference::Array& y = results[0];
  std::fill(y.values.begin(), y.values.end(), 0.0);
  // In row-major order, so that the last of several windows wins.
  for (std::int64_t n = 0; n < x.shape.n(); ++n)
    for (std::int64_t c = 0; c < x.shape.c(); ++c)
      for (std::int64_t i = 0; i < x.shape.h(); ++i)
        for (std::int64_t j = 0; j < x.shape.w(); ++j) {
          const auto index = static_cast<std::int64_t>(indices.at(n, c, i, j));
          if (index < 0 || index >= op.output.h * op.output.w) continue;
          const std::int64_t row = index / op.output.w, column = index % op.output.w;
          const std::int64_t u = row - (i * op.stride.h - op.padding.h);
          const std::int64_t v = column - (j * op.stride.w - op.padding.w);
          if (u < 0 || u >= op.kernel.h || v < 0 || v >= op.kernel.w) continue;
          y.at(n, c, row, column) = x.at(n, c, i, j);
        }
}

}  // namespace terramask::ops
