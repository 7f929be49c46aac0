#include "ops/reference.hpp"

#include <algorithm>
#include <vector>

#include "ops/max_unpool_gradient/max_unpool_gradient.hpp"

namespace terramask::ops {

void evaluate(const MaxUnpoolGradient& op, reference::Operands operands, reference::Results results) {
  const reference::Array& dy = *operands[0];
  const reference::Array& indices = *operands[1];
  reference::Array& dx = results[0];
  const std::int64_t height = dy.shape.h(), width = dy.shape.w();
  // If several windows refer to a pixel, max_unpool kept the last in row-major order.
  std::vector<double*> keepers(static_cast<std::size_t>(height * width));
  for (std::int64_t n = 0; n < dx.shape.n(); ++n)
    for (std::int64_t c = 0; c < dx.shape.c(); ++c) {
      std::fill(keepers.begin(), keepers.end(), nullptr);
      for (std::int64_t i = 0; i < dx.shape.h(); ++i)
        for (std::int64_t j = 0; j < dx.shape.w(); ++j) {
          dx.at(n, c, i, j) = 0;
          const auto index = static_cast<std::int64_t>(indices.at(n, c, i, j));
          if (index < 0 || index >= height * width) continue;
          const std::int64_t u = index / width - (i * op.stride.h - op.padding.h);
          const std::int64_t v = index % width - (j * op.stride.w - op.padding.w);
          if (u < 0 || u >= op.kernel.h || v < 0 || v >= op.kernel.w) continue;
          keepers[static_cast<std::size_t>(index)] = &dx.at(n, c, i, j);
        }
      for (std::int64_t i = 0; i < height * width; ++i)
        if (double* const keeper = keepers[static_cast<std::size_t>(i)])
          *keeper = dy.at(n, c, i / width, i % width);
    }
}

}  // namespace terramask::ops
