#include "ops/pixel_loss/cpu.hpp"

#include <algorithm>

#include "ops/dice_loss/dice_loss.hpp"

namespace terramask::ops {
namespace {

// Adds a row's Σ w p t, Σ w p and Σ w t of each class, followed by its Σ w.
void add_row(const Labelled& of, std::int64_t row, std::span<double> sums) {
  const std::size_t channels = sums.size() / 3;
  std::fill(sums.begin(), sums.end(), 0.0);
  of.each_in_row(row, [&](std::int64_t, std::span<const float> z, std::int64_t label, float weight) {
    const LogSoftmax<float> soft(z, label);
    const auto w = static_cast<double>(weight);
    for (std::size_t c = 0; c < channels; ++c) {
      const double part = w * static_cast<double>(soft.probability(z[c]));
      sums[channels + c] += part;
      if (static_cast<std::int64_t>(c) == label) sums[c] += part;
    }
    sums[2 * channels + static_cast<std::size_t>(label)] += w;
    sums.back() += w;
  });
}

}  // namespace

void prepare(const DiceLoss& op, cpu::Builder& builder) {
  const Shape& shape = builder.operand_shape(0);
  const auto rows = static_cast<std::size_t>(shape.n() * shape.h());
  const auto channels = static_cast<std::size_t>(shape.c()), count = 3 * channels + 1;
  auto* const sums = static_cast<double*>(builder.scratch(rows * count * sizeof(double)));
  builder.step("dice_loss", [&] {
    return [=, of = Labelled(builder), total = builder.result(0).data, by_class = builder.result(1).data] {
      cpu::parallel(of.rows(), [&](std::int64_t row) {
        add_row(of, row, std::span(sums + static_cast<std::size_t>(row) * count, count));
      });
      // Adds all rows to the first, in order.
      for (std::size_t row = 1; row < rows; ++row)
        for (std::size_t i = 0; i < count; ++i) sums[i] += sums[row * count + i];
      double loss = 0;
      for (std::size_t c = 0; c < channels; ++c)
        loss += 1 - (2 * sums[c] + op.smooth) / (sums[channels + c] + sums[2 * channels + c] + op.smooth);
      for (std::size_t i = 0; i < 3 * channels; ++i) by_class[i] = static_cast<float>(sums[i]);
      total[0] = static_cast<float>(loss / static_cast<double>(channels) * sums[3 * channels]);
      total[1] = static_cast<float>(sums[3 * channels]);
    };
  });
}

}  // namespace terramask::ops
