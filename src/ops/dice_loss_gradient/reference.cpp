#include "ops/pixel_loss/reference.hpp"

#include <algorithm>

#include "ops/dice_loss_gradient/dice_loss_gradient.hpp"

namespace terramask::ops {

void evaluate(const DiceLossGradient& op, reference::Operands operands, reference::Results results) {
  reference::Array& dz = results[0];
  std::fill(dz.values.begin(), dz.values.end(), 0.0);
  const auto channels = static_cast<std::size_t>(dz.shape.c());
  const std::vector<double>& sums = operands[3]->values;
  const double mean = operands[4]->values[1] / static_cast<double>(channels);
  // The derivative of the loss by a class's probability is w · (all + (its own label ? hit : 0)).
  std::vector<double> hit(channels), all(channels), p(channels), slope(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double size = sums[channels + c] + sums[2 * channels + c] + op.smooth;
    hit[c] = -mean * 2 / size;
    all[c] = mean * (2 * sums[c] + op.smooth) / (size * size);
  }
  each_weighted_pixel(operands, [&](std::int64_t n, std::int64_t i, std::int64_t j, std::span<const double> z,
                                    std::int64_t label, double weight) {
    const LogSoftmax<double> soft(z, label);
    double sum = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      p[c] = soft.probability(z[c]);
      slope[c] = weight * (all[c] + (static_cast<std::int64_t>(c) == label ? hit[c] : 0));
      sum += p[c] * slope[c];
    }
    for (std::size_t c = 0; c < channels; ++c)
      dz.at(n, static_cast<std::int64_t>(c), i, j) = p[c] * (slope[c] - sum);
  });
}

}  // namespace terramask::ops
