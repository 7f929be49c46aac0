#include "ops/reference.hpp"

#include "ops/max_pool/max_pool.hpp"

namespace terramask::ops {

void evaluate(const MaxPool& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  reference::Array& y = results[0];
  for (std::int64_t n = 0; n < y.shape.n(); ++n)
    for (std::int64_t c = 0; c < y.shape.c(); ++c)
      for (std::int64_t i = 0; i < y.shape.h(); ++i)
        for (std::int64_t j = 0; j < y.shape.w(); ++j) {
          std::int64_t best = -1;
          for (std::int64_t u = 0; u < op.kernel.h; ++u)
            for (std::int64_t v = 0; v < op.kernel.w; ++v) {
              const std::int64_t row = i * op.stride.h - op.padding.h + u;
              const std::int64_t column = j * op.stride.w - op.padding.w + v;
              if (row < 0 || row >= x.shape.h() || column < 0 || column >= x.shape.w()) continue;
              const double value = x.at(n, c, row, column);
              if (best >= 0 && !reference::exceeds(value, y.at(n, c, i, j))) continue;
              best = row * x.shape.w() + column;
              y.at(n, c, i, j) = value;
            }
          if (op.indices) results[1].at(n, c, i, j) = static_cast<double>(best);
        }
}

}  // namespace terramask::ops
