#include "ops/pixel_loss/reference.hpp"

namespace terramask::ops {

void evaluate(const PixelLoss& op, reference::Operands operands, reference::Results results) {
  double sum = 0, weights = 0;
  each_weighted_pixel(operands, [&](std::int64_t, std::int64_t, std::int64_t, std::span<const double> z,
                                    std::int64_t label, double weight) {
    sum += weight * pixel_loss(op.loss, z, label, chances_of(operands, label));
    weights += weight;
  });
  results[0].values = {sum, weights};
}

}  // namespace terramask::ops
