#include "ops/reference.hpp"

#include "ops/avg_pool/avg_pool.hpp"

namespace terramask::ops {

void evaluate(const AvgPool& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  reference::Array& y = results[0];
  for (std::int64_t n = 0; n < y.shape.n(); ++n)
    for (std::int64_t c = 0; c < y.shape.c(); ++c)
      for (std::int64_t i = 0; i < y.shape.h(); ++i)
        for (std::int64_t j = 0; j < y.shape.w(); ++j) {
          double sum = 0;
          std::int64_t inside = 0;
          for (std::int64_t u = 0; u < op.kernel.h; ++u)
            for (std::int64_t v = 0; v < op.kernel.w; ++v) {
              const std::int64_t row = i * op.stride.h - op.padding.h + u;
              const std::int64_t column = j * op.stride.w - op.padding.w + v;
              if (row < 0 || row >= x.shape.h() || column < 0 || column >= x.shape.w()) continue;
              sum += x.at(n, c, row, column);
              ++inside;
            }
          const std::int64_t counted = op.count_include_pad ? op.kernel.h * op.kernel.w : inside;
          y.at(n, c, i, j) = sum / static_cast<double>(counted);
        }
}

}  // namespace terramask::ops
