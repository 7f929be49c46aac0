#include "ops/pixel_loss/cpu.hpp"

#include "ops/pixel_loss_gradient/pixel_loss_gradient.hpp"

namespace terramask::ops {

void prepare(const PixelLossGradient& op, cpu::Builder& builder) {
  builder.step("pixel_loss_gradient", [&] {
    return [op, of = Labelled(builder), chances = Chances(builder), dz = builder.result()] {
      cpu::parallel(of.rows(), [&](std::int64_t row) {
        const GradientRow to(dz, row);
        std::vector<float> gradient(static_cast<std::size_t>(dz.shape.c()));
        of.each_in_row(row, [&](std::int64_t j, std::span<const float> z, std::int64_t label, float weight) {
          pixel_loss_gradient(op.loss, z, label, std::span(gradient), chances.of(label));
          for (std::int64_t c = 0; c < dz.shape.c(); ++c)
            to.at(c, j) = weight * gradient[static_cast<std::size_t>(c)];
        });
      });
    };
  });
}

}  // namespace terramask::ops
