#include "ops/reference.hpp"

#include <cmath>

#include "ops/adam/adam.hpp"

namespace terramask::ops {

void evaluate(const Adam& op, reference::Operands operands, reference::Results results) {
  const double scale = operands[2]->values[0], rate = operands[3]->values[0] * op.group.rate;
  const double first = operands[3]->values[1], second = std::sqrt(operands[3]->values[2]);
  const double coupled = op.decoupled ? 0 : op.group.weight_decay;
  const double kept = op.decoupled ? 1 - rate * op.group.weight_decay : 1;
  for (std::size_t i = 0; i < results[0].values.size(); ++i) {
    const double p = operands[0]->values[i];
    const double sign = p > 0 ? 1 : p < 0 ? -1 : 0;
    const double g = scale * operands[1]->values[i] + coupled * p + op.group.l1 * sign;
    const double m = op.beta1 * operands[4]->values[i] + (1 - op.beta1) * g;
    const double v = op.beta2 * operands[5]->values[i] + (1 - op.beta2) * g * g;
    results[0].values[i] = p * kept - rate / first * m / (std::sqrt(v) / second + op.epsilon);
    results[1].values[i] = m;
    results[2].values[i] = v;
  }
}

}  // namespace terramask::ops
