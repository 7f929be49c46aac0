#include "ops/pixel_loss/cpu.hpp"

namespace terramask::ops {

void prepare(const PixelLoss& op, cpu::Builder& builder) {
  const std::int64_t rows = builder.operand_shape(0).n() * builder.operand_shape(0).h();
  auto* const sums =
      static_cast<double*>(builder.scratch(static_cast<std::uint64_t>(rows) * 2 * sizeof(double)));
  builder.step("pixel_loss", [&] {
    return [=, of = Labelled(builder), chances = Chances(builder), total = builder.result().data] {
      cpu::parallel(rows, [&](std::int64_t row) {
        double sum = 0, weights = 0;
        of.each_in_row(row, [&](std::int64_t, std::span<const float> z, std::int64_t label, float weight) {
          sum += static_cast<double>(weight) *
                 static_cast<double>(pixel_loss(op.loss, z, label, chances.of(label)));
          weights += static_cast<double>(weight);
        });
        sums[2 * row] = sum;
        sums[2 * row + 1] = weights;
      });
      double sum = 0, weights = 0;
      for (std::int64_t row = 0; row < rows; ++row) {
        sum += sums[2 * row];
        weights += sums[2 * row + 1];
      }
      total[0] = static_cast<float>(sum);
      total[1] = static_cast<float>(weights);
    };
  });
}

}  // namespace terramask::ops
