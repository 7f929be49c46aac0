#include "ops/reference.hpp"

#include <cmath>

#include "ops/batch_norm_gradient/batch_norm_gradient.hpp"

namespace terramask::ops {

void evaluate(const BatchNormGradient& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const auto& dy = operands[1]->values;
  const auto& weight = operands[2]->values;
  const auto& mean = operands[3]->values;
  std::vector<double> inverse = operands[4]->values;
  if (!op.training)
    for (double& value : inverse) value = 1 / std::sqrt(value + op.epsilon);
  const std::size_t channels = weight.size();
  const auto plane = static_cast<std::size_t>(x.shape.h() * x.shape.w());
  const auto count = static_cast<double>(x.shape.n() * x.shape.h() * x.shape.w());
  std::vector<double> dweight(channels), dbias(channels);
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t c = i / plane % channels;
    dweight[c] += dy[i] * (x.values[i] - mean[c]) * inverse[c];
    dbias[c] += dy[i];
  }
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const std::size_t c = i / plane % channels;
    const double normal = (x.values[i] - mean[c]) * inverse[c];
    const double own = op.training ? (dbias[c] + normal * dweight[c]) / count : 0;
    results[0].values[i] = weight[c] * inverse[c] * (dy[i] - own);
  }
  results[1].values = std::move(dweight);
  results[2].values = std::move(dbias);
}

}  // namespace terramask::ops
