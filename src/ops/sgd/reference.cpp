#include "ops/reference.hpp"

#include "ops/sgd/sgd.hpp"

namespace terramask::ops {

void evaluate(const Sgd& op, reference::Operands operands, reference::Results results) {
  const double scale = operands[2]->values[0], rate = operands[3]->values[0] * op.group.rate;
  for (std::size_t i = 0; i < results[0].values.size(); ++i) {
    const double p = operands[0]->values[i];
    const double sign = p > 0 ? 1 : p < 0 ? -1 : 0;
    const double g = scale * operands[1]->values[i] + op.group.weight_decay * p + op.group.l1 * sign;
    double step = g;
    if (op.momentum > 0) {
      const double m = op.momentum * operands[4]->values[i] + g;
      results[1].values[i] = m;
      step = op.nesterov ? g + op.momentum * m : m;
    }
    results[0].values[i] = p - rate * step;
  }
}

}  // namespace terramask::ops
