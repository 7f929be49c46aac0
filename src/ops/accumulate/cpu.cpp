#include <algorithm>

#include "ops/accumulate/accumulate.hpp"
#include "ops/cpu/flat.hpp"

namespace terramask::ops {

void prepare(const Accumulate&, cpu::Builder& builder) {
  builder.step("accumulate", [&] {
    const float* const sum = flat(builder.operand(0));
    const float* const x = flat(builder.operand(1));
    const float* const keep = flat(builder.operand(2));
    float* const y = flat(builder.result());
    return [=, count = builder.result().shape.elements()] {
      cpu::parallel_runs(count, kFlatRun, [&](std::int64_t begin, std::int64_t end) {
        if (*keep == 0) {
          std::copy(x + begin, x + end, y + begin);
          return;
        }
        // y may be the same memory as sum, element by element.
#pragma omp simd
        for (std::int64_t i = begin; i < end; ++i) y[i] = sum[i] + x[i];
      });
    };
  });
}

}  // namespace terramask::ops
