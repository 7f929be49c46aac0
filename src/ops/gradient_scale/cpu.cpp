#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/cpu/flat.hpp"
#include "ops/gradient_scale/gradient_scale.hpp"

namespace terramask::ops {

void prepare(const GradientScale& op, cpu::Builder& builder) {
  builder.step("gradient_scale", [&] {
    const float* const total = flat(builder.operand(0));
    const float* const squares = flat(builder.operand(1));
    float* const scale = flat(builder.result(0));
    float* const norm = flat(builder.result(1));
    return [=, most = op.max_norm] {
      const auto weights = static_cast<double>(total[1]);
      *scale = *norm = 0;
      if (weights == 0) return;
      const double length = std::sqrt(static_cast<double>(*squares)) / weights;
      const double clipped = most > 0 ? std::min(1.0, most / (length + 1e-6)) : 1;
      *norm = static_cast<float>(length);
      *scale = std::isfinite(*norm) ? static_cast<float>(clipped / weights)
                                    : std::numeric_limits<float>::quiet_NaN();
    };
  });
}

}  // namespace terramask::ops
