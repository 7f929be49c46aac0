#include <algorithm>
#include <cmath>
#include <vector>

#include "cpu/builder.hpp"
#include "ops/argmax/argmax.hpp"

namespace terramask::ops {

void prepare(const Argmax&, cpu::Builder& builder) {
  builder.step("argmax", [&] {
    const auto x = builder.operand(0);
    const auto y = builder.result<std::int32_t>();
    return [=] {
      cpu::parallel(x.shape.n() * x.shape.h(), [&](std::int64_t job) {
        const std::int64_t n = job / x.shape.h(), row = job % x.shape.h(), columns = x.shape.w();
        std::int32_t* const best = y.row(n, row);
        const float* const first = x.channel_row(n, 0, row);
        std::vector<float> most(static_cast<std::size_t>(columns));
        for (std::int64_t j = 0; j < columns; ++j) most[static_cast<std::size_t>(j)] = first[j * x.block];
        std::fill_n(best, columns, 0);
        for (std::int64_t c = 1; c < x.shape.c(); ++c) {
          const float* const channel = x.channel_row(n, c, row);
          for (std::int64_t j = 0; j < columns; ++j) {
            const float value = channel[j * x.block];
            float& largest = most[static_cast<std::size_t>(j)];
            if (!cpu::exceeds(value, largest)) continue;
            largest = value;
            best[j] = static_cast<std::int32_t>(c);
          }
        }
        for (std::int64_t j = 0; j < columns; ++j)
          if (!std::isfinite(most[static_cast<std::size_t>(j)])) best[j] = -1;
      });
    };
  });
}

}  // namespace terramask::ops
