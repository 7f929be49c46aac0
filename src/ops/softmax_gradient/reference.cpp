#include "ops/reference.hpp"

#include "ops/softmax_gradient/softmax_gradient.hpp"

namespace terramask::ops {

void evaluate(const SoftmaxGradient&, reference::Operands operands, reference::Results results) {
  const reference::Array& y = *operands[0];
  const reference::Array& dy = *operands[1];
  const Shape& shape = y.shape;
  for (std::int64_t n = 0; n < shape.n(); ++n)
    for (std::int64_t i = 0; i < shape.h(); ++i)
      for (std::int64_t j = 0; j < shape.w(); ++j) {
        double sum = 0;
        for (std::int64_t c = 0; c < shape.c(); ++c) sum += y.at(n, c, i, j) * dy.at(n, c, i, j);
        for (std::int64_t c = 0; c < shape.c(); ++c)
          results[0].at(n, c, i, j) = y.at(n, c, i, j) * (dy.at(n, c, i, j) - sum);
      }
}

}  // namespace terramask::ops
