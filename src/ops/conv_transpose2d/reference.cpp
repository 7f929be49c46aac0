#include "ops/activation/reference.hpp"

#include <algorithm>

#include "ops/conv_transpose2d/conv_transpose2d.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

void evaluate(const ConvTranspose2d& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const reference::Array& weight = *operands[1];
  reference::Array& y = results[0];
  for (std::int64_t n = 0; n < y.shape.n(); ++n)
    for (std::int64_t o = 0; o < y.shape.c(); ++o) {
      const double bias = operands.size() > 2 ? operands[2]->values[static_cast<std::size_t>(o)] : 0;
      double* const plane = &y.at(n, o, 0, 0);
      std::fill_n(plane, y.shape.h() * y.shape.w(), bias);
      for (std::int64_t c = 0; c < x.shape.c(); ++c)
        for (std::int64_t i = 0; i < x.shape.h(); ++i)
          for (std::int64_t u = 0; u < op.kernel.h; ++u) {
            const std::int64_t row = i * op.stride.h - op.padding.h + u * op.dilation.h;
            if (row < 0 || row >= y.shape.h()) continue;
            for (std::int64_t j = 0; j < x.shape.w(); ++j)
              for (std::int64_t v = 0; v < op.kernel.w; ++v) {
                const std::int64_t column = j * op.stride.w - op.padding.w + v * op.dilation.w;
                if (column < 0 || column >= y.shape.w()) continue;
                plane[row * y.shape.w() + column] += x.at(n, c, i, j) * weight.at(c, o, u, v);
              }
          }
      std::for_each(plane, plane + y.shape.h() * y.shape.w(),
                    [&](double& sum) { sum = activate(op.activation, sum); });
    }
}

}  // namespace terramask::ops
