// Activations in single precision, for CPU kernels.
#pragma once

#include <cmath>
#include <cstdint>

#include "ops/activation/activation.hpp"
#include "ops/portable_math.hpp"

namespace terramask::ops {

/// y[i] = activation(y[i]).
inline void activate_in_place(const Activation& activation, float* y, std::int64_t count) {
  const float alpha = activation.alpha;
  const auto each = [&](const auto& function) {
    for (std::int64_t i = 0; i < count; ++i) y[i] = function(y[i]);
  };
  switch (activation.kind) {
    case ActivationKind::none:
      return;
    case ActivationKind::relu:
      return each([](float x) { return x < 0 ? 0.0F : x; });
    case ActivationKind::leaky_relu:
      return each([=](float x) { return x < 0 ? alpha * x : x; });
    case ActivationKind::elu:
      return each([=](float x) { return x < 0 ? alpha * expm1(x) : x; });
    case ActivationKind::sigmoid:
      return each([](float x) { return 1 / (1 + std::exp(-x)); });
    case ActivationKind::tanh:
      return each([](float x) { return tanh(x); });
  }
}

/// Elements that a thread processes at a time.
constexpr std::int64_t kRunLength = 16384;

}  // namespace terramask::ops
