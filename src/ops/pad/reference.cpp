#include "ops/reference.hpp"

#include "ops/pad/pad.hpp"

namespace terramask::ops {

void evaluate(const Pad& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  reference::Array& y = results[0];
  for (std::int64_t n = 0; n < y.shape.n(); ++n)
    for (std::int64_t c = 0; c < y.shape.c(); ++c)
      for (std::int64_t i = 0; i < y.shape.h(); ++i)
        for (std::int64_t j = 0; j < y.shape.w(); ++j) {
          const std::int64_t row = i - op.top, column = j - op.left;
          const bool inside = row >= 0 && row < x.shape.h() && column >= 0 && column < x.shape.w();
          y.at(n, c, i, j) = inside ? x.at(n, c, row, column) : 0;
        }
}

}  // namespace terramask::ops
