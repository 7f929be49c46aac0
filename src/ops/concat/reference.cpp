#include "ops/reference.hpp"

#include "ops/concat/concat.hpp"

namespace terramask::ops {

void evaluate(const Concat&, reference::Operands operands, reference::Results results) {
  reference::Array& y = results[0];
  std::int64_t first = 0;
  for (const reference::Array* x : operands) {
    for (std::int64_t n = 0; n < x->shape.n(); ++n)
      for (std::int64_t c = 0; c < x->shape.c(); ++c)
        for (std::int64_t i = 0; i < x->shape.h(); ++i)
          for (std::int64_t j = 0; j < x->shape.w(); ++j) y.at(n, first + c, i, j) = x->at(n, c, i, j);
    first += x->shape.c();
  }
}

}  // namespace terramask::ops
