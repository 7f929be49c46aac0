#include "ops/activation/reference.hpp"

#include <algorithm>

#include "ops/conv2d/conv2d.hpp"
#include "ops/extents.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

void evaluate(const Conv2d& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const reference::Array& weight = *operands[1];
  reference::Array& y = results[0];
  const Window columns = window(op, Axis::columns);
  for (std::int64_t n = 0; n < y.shape.n(); ++n)
    for (std::int64_t o = 0; o < y.shape.c(); ++o) {
      const double bias = operands.size() > 2 ? operands[2]->values[static_cast<std::size_t>(o)] : 0;
      for (std::int64_t i = 0; i < y.shape.h(); ++i) {
        double* const sums = &y.at(n, o, i, 0);
        std::fill_n(sums, y.shape.w(), bias);
        for (std::int64_t c = 0; c < x.shape.c(); ++c)
          for (std::int64_t u = 0; u < op.kernel.h; ++u) {
            const std::int64_t row = i * op.stride.h - op.padding.h + u * op.dilation.h;
            if (row < 0 || row >= x.shape.h()) continue;
            const double* const pixels = &x.values[static_cast<std::size_t>(
                ((n * x.shape.c() + c) * x.shape.h() + row) * x.shape.w())];
            for (std::int64_t v = 0; v < op.kernel.w; ++v) {
              const double w = weight.at(o, c, u, v);
              // The results whose windows have this tap inside the image.
              const std::int64_t shift = v * columns.dilation - columns.padding;
              const std::int64_t first = std::max<std::int64_t>(0, ceil_div(-shift, columns.stride));
              const std::int64_t last =
                  std::min(y.shape.w(), floor_div(x.shape.w() - 1 - shift, columns.stride) + 1);
              for (std::int64_t j = first; j < last; ++j) sums[j] += w * pixels[j * columns.stride + shift];
            }
          }
        std::for_each(sums, sums + y.shape.w(), [&](double& sum) { sum = activate(op.activation, sum); });
      }
    }
}

}  // namespace terramask::ops
