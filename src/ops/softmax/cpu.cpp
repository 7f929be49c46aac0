#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/builder.hpp"
#include "ops/softmax/softmax.hpp"

namespace terramask::ops {

void prepare(const Softmax&, cpu::Builder& builder) {
  builder.step("softmax", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result();
    return [=] {
      cpu::parallel(x.shape.n() * x.shape.h(), [&](std::int64_t job) {
        const std::int64_t n = job / x.shape.h(), row = job % x.shape.h(), columns = x.shape.w();
        const auto count = static_cast<std::size_t>(columns);
        std::vector<float> most(count), sum(count);
        const auto each = [&](const auto& work) {
          for (std::int64_t c = 0; c < x.shape.c(); ++c) {
            const float* const from = x.channel_row(n, c, row);
            float* const to = y.channel_row(n, c, row);
            for (std::int64_t j = 0; j < columns; ++j)
              work(c, static_cast<std::size_t>(j), from[j * x.block], to[j * y.block]);
          }
        };
        each([&](std::int64_t c, std::size_t j, float value, float&) {
          most[j] = c == 0 ? value : std::max(most[j], value);
        });
        each([&](std::int64_t, std::size_t j, float value, float& result) {
          sum[j] += result = std::exp(value - most[j]);
        });
        each([&](std::int64_t, std::size_t j, float, float& result) { result /= sum[j]; });
      });
    };
  });
}

}  // namespace terramask::ops
