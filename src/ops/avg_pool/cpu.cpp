#include "cpu/builder.hpp"
#include "ops/avg_pool/avg_pool.hpp"

namespace terramask::ops {

void prepare(const AvgPool& op, cpu::Builder& builder) {
  builder.step("avg_pool", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    return [=] {
      cpu::with_block(x.block, [&](auto lanes) {
        constexpr std::int64_t b = lanes;
        cpu::parallel(y.groups() * y.shape.h(), [&](std::int64_t job) {
          const std::int64_t group = job / y.shape.h(), i = job % y.shape.h();
          for (std::int64_t j = 0; j < y.shape.w(); ++j) {
            float sums[b] = {};
            std::int64_t inside = 0;
            for (std::int64_t u = 0; u < op.kernel.h; ++u)
              for (std::int64_t v = 0; v < op.kernel.w; ++v) {
                const std::int64_t row = i * op.stride.h - op.padding.h + u;
                const std::int64_t column = j * op.stride.w - op.padding.w + v;
                if (row < 0 || row >= x.shape.h() || column < 0 || column >= x.shape.w()) continue;
                const float* const pixel = x.row(group, row) + column * b;
                for (std::int64_t c = 0; c < b; ++c) sums[c] += pixel[c];
                ++inside;
              }
            const auto counted =
                static_cast<float>(op.count_include_pad ? op.kernel.h * op.kernel.w : inside);
            float* const mean = y.row(group, i) + j * b;
            for (std::int64_t c = 0; c < b; ++c) mean[c] = sums[c] / counted;
          }
        });
      });
    };
  });
}

}  // namespace terramask::ops
