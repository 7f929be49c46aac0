#include "ops/reference.hpp"

#include <algorithm>

#include "ops/conv2d_weight_gradient/conv2d_weight_gradient.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {

void evaluate(const Conv2dWeightGradient& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const reference::Array& dy = *operands[1];
  reference::Array& dw = results[0];
  const Window columns = window(op, Axis::columns);
  for (std::int64_t o = 0; o < dy.shape.c(); ++o)
    for (std::int64_t i = 0; i < x.shape.c(); ++i)
      for (std::int64_t u = 0; u < op.kernel.h; ++u)
        for (std::int64_t v = 0; v < op.kernel.w; ++v) {
          // The columns of dy whose windows have this tap inside the image.
          const std::int64_t shift = v * columns.dilation - columns.padding;
          const std::int64_t first = std::max<std::int64_t>(0, ceil_div(-shift, columns.stride));
          const std::int64_t last =
              std::min(dy.shape.w(), floor_div(x.shape.w() - 1 - shift, columns.stride) + 1);
          double sum = 0;
          for (std::int64_t n = 0; n < dy.shape.n(); ++n)
            for (std::int64_t r = 0; r < dy.shape.h(); ++r) {
              const std::int64_t row = r * op.stride.h + u * op.dilation.h - op.padding.h;
              if (row < 0 || row >= x.shape.h()) continue;
              for (std::int64_t c = first; c < last; ++c)
                sum += dy.at(n, o, r, c) * x.at(n, i, row, c * columns.stride + shift);
            }
          dw.at(o, i, u, v) = sum;
        }
}

}  // namespace terramask::ops
