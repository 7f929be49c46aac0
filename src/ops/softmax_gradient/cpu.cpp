#include <vector>

#include "cpu/builder.hpp"
#include "ops/softmax_gradient/softmax_gradient.hpp"

namespace terramask::ops {

void prepare(const SoftmaxGradient&, cpu::Builder& builder) {
  builder.step("softmax_gradient", [&] {
    const auto y = builder.operand(0), dy = builder.operand(1);
    const auto dx = builder.result();
    return [=] {
      cpu::parallel(y.shape.n() * y.shape.h(), [&](std::int64_t job) {
        const std::int64_t n = job / y.shape.h(), row = job % y.shape.h();
        std::vector<float> sum(static_cast<std::size_t>(y.shape.w()));
        const auto each = [&](const auto& work) {
          for (std::int64_t c = 0; c < y.shape.c(); ++c) {
            const float* const p = y.channel_row(n, c, row);
            const float* const slope = dy.channel_row(n, c, row);
            float* const to = dx.channel_row(n, c, row);
            for (std::int64_t j = 0; j < y.shape.w(); ++j)
              work(sum[static_cast<std::size_t>(j)], p[j * y.block], slope[j * dy.block], to[j * dx.block]);
          }
        };
        each([](float& total, float p, float slope, float&) { total += p * slope; });
        each([](float& total, float p, float slope, float& to) { to = p * (slope - total); });
      });
    };
  });
}

}  // namespace terramask::ops
