#include "ops/reference.hpp"

#include <algorithm>

#include "ops/max_pool_gradient/max_pool_gradient.hpp"

namespace terramask::ops {

void evaluate(const MaxPoolGradient& op, reference::Operands operands, reference::Results results) {
  const reference::Array& dy = *operands[0];
  const reference::Array& indices = *operands[1];
  reference::Array& dx = results[0];
  std::fill(dx.values.begin(), dx.values.end(), 0.0);
  for (std::int64_t n = 0; n < dy.shape.n(); ++n)
    for (std::int64_t c = 0; c < dy.shape.c(); ++c)
      for (std::int64_t i = 0; i < dy.shape.h(); ++i)
        for (std::int64_t j = 0; j < dy.shape.w(); ++j) {
          const auto index = static_cast<std::int64_t>(indices.at(n, c, i, j));
          if (index < 0 || index >= op.output.h * op.output.w) continue;
          const std::int64_t row = index / op.output.w, column = index % op.output.w;
          const std::int64_t u = row - (i * op.stride.h - op.padding.h);
          const std::int64_t v = column - (j * op.stride.w - op.padding.w);
          if (u < 0 || u >= op.kernel.h || v < 0 || v >= op.kernel.w) continue;
          dx.at(n, c, row, column) += dy.at(n, c, i, j);
        }
}

}  // namespace terramask::ops
