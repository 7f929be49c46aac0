#include "ops/activation/reference.hpp"

#include <cmath>

#include "ops/batch_norm_training/batch_norm_training.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

void evaluate(const BatchNormTraining& op, reference::Operands operands, reference::Results results) {
  const reference::Array& x = *operands[0];
  const auto channels = static_cast<std::size_t>(x.shape.c());
  const auto plane = static_cast<std::size_t>(x.shape.h() * x.shape.w());
  const auto count = static_cast<double>(x.shape.n() * x.shape.h() * x.shape.w());
  // Calls visit(element, channel).
  const auto each = [&](const auto& visit) {
    for (std::size_t i = 0; i < x.values.size();)
      for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t pixel = 0; pixel < plane; ++pixel, ++i) visit(i, c);
  };
  std::vector<double> mean(channels), variance(channels);
  each([&](std::size_t i, std::size_t c) { mean[c] += x.values[i] / count; });
  each([&](std::size_t i, std::size_t c) {
    const double off = x.values[i] - mean[c];
    variance[c] += off * off / count;
  });
  for (std::size_t c = 0; c < channels; ++c) {
    results[1].values[c] = mean[c];
    results[2].values[c] = 1 / std::sqrt(variance[c] + op.epsilon);
    const auto blend = [&](double old, double now) { return old + op.momentum * (now - old); };
    results[3].values[c] = blend(operands[3]->values[c], mean[c]);
    results[4].values[c] = blend(operands[4]->values[c], variance[c] * count / (count - 1));
  }
  each([&](std::size_t i, std::size_t c) {
    const double normal = (x.values[i] - mean[c]) * results[2].values[c];
    results[0].values[i] = activate(op.activation, normal * operands[1]->values[c] + operands[2]->values[c]);
  });
}

}  // namespace terramask::ops
