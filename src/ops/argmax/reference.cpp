#include "ops/reference.hpp"

#include <cmath>

#include "ops/argmax/argmax.hpp"

namespace terramask::ops {

void evaluate(const Argmax&, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const Shape& shape = x.shape;
  for (std::int64_t n = 0; n < shape.n(); ++n)
    for (std::int64_t i = 0; i < shape.h(); ++i)
      for (std::int64_t j = 0; j < shape.w(); ++j) {
        std::int64_t best = 0;
        for (std::int64_t c = 1; c < shape.c(); ++c)
          if (reference::exceeds(x.at(n, c, i, j), x.at(n, best, i, j))) best = c;
        results[0].at(n, 0, i, j) = std::isfinite(x.at(n, best, i, j)) ? static_cast<double>(best) : -1;
      }
}

}  // namespace terramask::ops
