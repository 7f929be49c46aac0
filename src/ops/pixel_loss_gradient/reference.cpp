#include "ops/pixel_loss/reference.hpp"

#include <algorithm>

#include "ops/pixel_loss_gradient/pixel_loss_gradient.hpp"

namespace terramask::ops {

void evaluate(const PixelLossGradient& op, reference::Operands operands, reference::Results results) {
  reference::Array& dz = results[0];
  std::fill(dz.values.begin(), dz.values.end(), 0.0);
  std::vector<double> gradient(static_cast<std::size_t>(dz.shape.c()));
  each_weighted_pixel(operands, [&](std::int64_t n, std::int64_t i, std::int64_t j, std::span<const double> z,
                                    std::int64_t label, double weight) {
    pixel_loss_gradient(op.loss, z, label, std::span(gradient), chances_of(operands, label));
    for (std::int64_t c = 0; c < dz.shape.c(); ++c)
      dz.at(n, c, i, j) = weight * gradient[static_cast<std::size_t>(c)];
  });
}

}  // namespace terramask::ops
