#include "ops/activation/reference.hpp"

#include <cmath>

#include "ops/batch_norm/batch_norm.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

void evaluate(const BatchNorm& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const auto& weight = operands[1]->values;
  const auto& bias = operands[2]->values;
  const auto& mean = operands[3]->values;
  const auto& variance = operands[4]->values;
  const auto plane = static_cast<std::size_t>(x.shape.h() * x.shape.w());
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t c = i / plane % weight.size();
    const double normal = (x.values[i] - mean[c]) / std::sqrt(variance[c] + op.epsilon);
    results[0].values[i] = activate(op.activation, normal * weight[c] + bias[c]);
  }
}

}  // namespace terramask::ops
