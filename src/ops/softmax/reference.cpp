#include "ops/reference.hpp"

#include <algorithm>
#include <cmath>

#include "ops/softmax/softmax.hpp"

namespace terramask::ops {

void evaluate(const Softmax&, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  reference::Array& y = results[0];
  const Shape& shape = x.shape;
  for (std::int64_t n = 0; n < shape.n(); ++n)
    for (std::int64_t i = 0; i < shape.h(); ++i)
      for (std::int64_t j = 0; j < shape.w(); ++j) {
        double most = x.at(n, 0, i, j), sum = 0;
        for (std::int64_t c = 1; c < shape.c(); ++c) most = std::max(most, x.at(n, c, i, j));
        for (std::int64_t c = 0; c < shape.c(); ++c)
          sum += y.at(n, c, i, j) = std::exp(x.at(n, c, i, j) - most);
        for (std::int64_t c = 0; c < shape.c(); ++c) y.at(n, c, i, j) /= sum;
      }
}

}  // namespace terramask::ops
