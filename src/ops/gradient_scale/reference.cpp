#include "ops/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/gradient_scale/gradient_scale.hpp"

namespace terramask::ops {

void evaluate(const GradientScale& op, reference::Operands operands, reference::Results results) {
  const double weights = operands[0]->values[1];
  double scale = 0, norm = 0;
  if (weights != 0) {
    norm = std::sqrt(operands[1]->values[0]) / weights;
    scale = 1 / weights;
    if (op.max_norm > 0) scale *= std::min(1.0, op.max_norm / (norm + 1e-6));
    if (!std::isfinite(norm)) scale = std::numeric_limits<double>::quiet_NaN();
  }
  results[0].values[0] = scale;
  results[1].values[0] = norm;
}

}  // namespace terramask::ops
