#include "ops/reference.hpp"

#include "ops/slice/slice.hpp"

namespace terramask::ops {

void evaluate(const Slice& op, reference::Operands operands, reference::Results results) {
  reference::Array& y = results[0];
  for (std::int64_t n = 0; n < y.shape.n(); ++n)
    for (std::int64_t c = 0; c < y.shape.c(); ++c)
      for (std::int64_t i = 0; i < y.shape.h(); ++i)
        for (std::int64_t j = 0; j < y.shape.w(); ++j)
          y.at(n, c, i, j) = operands[0]->at(n, op.begin + c, i, j);
}

}  // namespace terramask::ops
