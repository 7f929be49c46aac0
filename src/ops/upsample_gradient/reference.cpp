#include "ops/reference.hpp"

#include <algorithm>

#include "ops/upsample/between.hpp"
#include "ops/upsample_gradient/upsample_gradient.hpp"

namespace terramask::ops {

void evaluate(const UpsampleGradient& op, reference::Operands operands, reference::Results results) {
  const reference::Array& dy = *operands[0];
  reference::Array& dx = results[0];
  std::fill(dx.values.begin(), dx.values.end(), 0.0);
  for (std::int64_t n = 0; n < dy.shape.n(); ++n)
    for (std::int64_t c = 0; c < dy.shape.c(); ++c)
      for (std::int64_t i = 0; i < dy.shape.h(); ++i)
        for (std::int64_t j = 0; j < dy.shape.w(); ++j) {
          const Between r = between(op.mode, i, op.factor.h, dx.shape.h());
          const Between s = between(op.mode, j, op.factor.w, dx.shape.w());
          const double value = dy.at(n, c, i, j);
          dx.at(n, c, r.first, s.first) += (1 - r.fraction) * (1 - s.fraction) * value;
          dx.at(n, c, r.first, s.second) += (1 - r.fraction) * s.fraction * value;
          dx.at(n, c, r.second, s.first) += r.fraction * (1 - s.fraction) * value;
          dx.at(n, c, r.second, s.second) += r.fraction * s.fraction * value;
        }
}

}  // namespace terramask::ops
