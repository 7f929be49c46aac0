#include <cmath>
#include <vector>

#include "cpu/builder.hpp"
#include "ops/batch_norm/batch_norm.hpp"
#include "ops/cpu/activation.hpp"

namespace terramask::ops {

void prepare(const BatchNorm& op, cpu::Builder& builder) {
  builder.step("batch_norm", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    // y = (x − mean) · scale + shift, per channel.
    const auto channels = static_cast<std::size_t>(x.shape.c());
    std::vector<float> means(channels), scales(channels), shifts(channels);
    for (std::size_t c = 0; c < channels; ++c) {
      const auto of = [&](std::size_t k) { return builder.parameter(k).values<float>()[c]; };
      means[c] = of(3);
      scales[c] = static_cast<float>(double{of(1)} / std::sqrt(double{of(4)} + op.epsilon));
      shifts[c] = of(2);
    }
    return [=, activation = op.activation] {
      cpu::with_block(x.block, [&](auto lanes) {
        constexpr std::int64_t b = lanes;
        cpu::parallel(y.groups() * y.shape.h(), [&](std::int64_t job) {
          const std::int64_t group = job / y.shape.h(), row = job % y.shape.h();
          const auto first = static_cast<std::size_t>(group * b % x.shape.c());
          const float* const from = x.row(group, row);
          float* const to = y.row(group, row);
          for (std::int64_t j = 0; j < y.shape.w(); ++j)
            for (std::size_t c = 0; c < b; ++c) {
              const std::size_t k = first + c, at = static_cast<std::size_t>(j * b) + c;
              to[at] = (from[at] - means[k]) * scales[k] + shifts[k];
            }
          activate_in_place(activation, to, y.shape.w() * b);
        });
      });
    };
  });
}

}  // namespace terramask::ops
