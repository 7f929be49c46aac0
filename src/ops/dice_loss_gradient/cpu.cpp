#include "ops/pixel_loss/cpu.hpp"

#include "ops/dice_loss_gradient/dice_loss_gradient.hpp"

namespace terramask::ops {

void prepare(const DiceLossGradient& op, cpu::Builder& builder) {
  builder.step("dice_loss_gradient", [&] {
    return [op, of = Labelled(builder), sums = builder.operand(3).data, total = builder.operand(4).data,
            dz = builder.result()] {
      const auto channels = static_cast<std::size_t>(dz.shape.c());
      const auto smooth = static_cast<float>(op.smooth);
      const float mean = total[1] / static_cast<float>(channels);
      // The derivative of the loss by a class's probability is w · (all + (its own label ? hit : 0)).
      std::vector<float> hit(channels), all(channels);
      for (std::size_t c = 0; c < channels; ++c) {
        const float size = sums[channels + c] + sums[2 * channels + c] + smooth;
        hit[c] = -2 * mean / size;
        all[c] = mean / size * ((2 * sums[c] + smooth) / size);
      }
      cpu::parallel(of.rows(), [&](std::int64_t row) {
        const GradientRow to(dz, row);
        std::vector<float> p(channels), slope(channels);
        of.each_in_row(row, [&](std::int64_t j, std::span<const float> z, std::int64_t label, float weight) {
          const LogSoftmax<float> soft(z, label);
          float sum = 0;
          for (std::size_t c = 0; c < channels; ++c) {
            p[c] = soft.probability(z[c]);
            slope[c] = weight * (all[c] + (static_cast<std::int64_t>(c) == label ? hit[c] : 0));
            sum += p[c] * slope[c];
          }
          for (std::size_t c = 0; c < channels; ++c)
            to.at(static_cast<std::int64_t>(c), j) = p[c] * (slope[c] - sum);
        });
      });
    };
  });
}

}  // namespace terramask::ops
