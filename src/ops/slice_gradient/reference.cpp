#include "ops/reference.hpp"

#include <algorithm>

#include "ops/slice_gradient/slice_gradient.hpp"

namespace terramask::ops {

void evaluate(const SliceGradient& op, reference::Operands operands, reference::Results results) {
  const reference::Array& dy = *operands[0];
  reference::Array& dx = results[0];
  std::fill(dx.values.begin(), dx.values.end(), 0.0);
  for (std::int64_t n = 0; n < dy.shape.n(); ++n)
    for (std::int64_t c = 0; c < dy.shape.c(); ++c)
      for (std::int64_t i = 0; i < dy.shape.h(); ++i)
        for (std::int64_t j = 0; j < dy.shape.w(); ++j) dx.at(n, op.begin + c, i, j) = dy.at(n, c, i, j);
}

}  // namespace terramask::ops
