#include "ops/reference.hpp"

#include <algorithm>

#include "ops/avg_pool_gradient/avg_pool_gradient.hpp"

namespace terramask::ops {

void evaluate(const AvgPoolGradient& op, reference::Operands operands, reference::Results results) {
  const reference::Array& dy = *operands[0];
  reference::Array& dx = results[0];
  std::fill(dx.values.begin(), dx.values.end(), 0.0);
  for (std::int64_t n = 0; n < dy.shape.n(); ++n)
    for (std::int64_t c = 0; c < dy.shape.c(); ++c)
      for (std::int64_t i = 0; i < dy.shape.h(); ++i)
        for (std::int64_t j = 0; j < dy.shape.w(); ++j) {
          const std::int64_t top = i * op.stride.h - op.padding.h, left = j * op.stride.w - op.padding.w;
          const std::int64_t first_row = std::max<std::int64_t>(top, 0),
                             last_row = std::min(top + op.kernel.h, op.output.h),
                             first = std::max<std::int64_t>(left, 0),
                             last = std::min(left + op.kernel.w, op.output.w);
          const std::int64_t counted =
              op.count_include_pad ? op.kernel.h * op.kernel.w : (last_row - first_row) * (last - first);
          for (std::int64_t row = first_row; row < last_row; ++row)
            for (std::int64_t column = first; column < last; ++column)
              dx.at(n, c, row, column) += dy.at(n, c, i, j) / static_cast<double>(counted);
        }
}

}  // namespace terramask::ops
