#include "ops/reference.hpp"

#include "ops/upsample/between.hpp"

namespace terramask::ops {

void evaluate(const Upsample& op, reference::Operands operands, reference::Results results) {
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
