#include "ops/pixel_loss/reference.hpp"

#include <algorithm>

#include "ops/dice_loss/dice_loss.hpp"

namespace terramask::ops {

void evaluate(const DiceLoss& op, reference::Operands operands, reference::Results results) {
  const auto channels = static_cast<std::size_t>(operands[0]->shape.c());
  std::vector<double>& sums = results[1].values;
  std::fill(sums.begin(), sums.end(), 0.0);
  double weights = 0, loss = 0;
  each_weighted_pixel(operands, [&](std::int64_t, std::int64_t, std::int64_t, std::span<const double> z,
                                    std::int64_t label, double weight) {
    const LogSoftmax<double> soft(z, label);
    for (std::size_t c = 0; c < channels; ++c) {
      const double p = soft.probability(z[c]);
      sums[channels + c] += weight * p;
      if (static_cast<std::int64_t>(c) != label) continue;
      sums[c] += weight * p;
      sums[2 * channels + c] += weight;
    }
    weights += weight;
  });
  for (std::size_t c = 0; c < channels; ++c)
    loss += 1 - (2 * sums[c] + op.smooth) / (sums[channels + c] + sums[2 * channels + c] + op.smooth);
  results[0].values = {loss / static_cast<double>(channels) * weights, weights};
}

}  // namespace terramask::ops
