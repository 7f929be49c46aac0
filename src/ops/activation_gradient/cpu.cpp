#include "cpu/builder.hpp"
#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/cpu/flat.hpp"

namespace terramask::ops {
namespace {

void back(const Activation& activation, const float* y, const float* dy, float* dx, std::int64_t count) {
  const float alpha = activation.alpha;
  const auto each = [&](const auto& function) {
    for (std::int64_t i = 0; i < count; ++i) dx[i] = function(y[i], dy[i]);
  };
  switch (activation.kind) {
    case ActivationKind::none:
      return each([](float, float d) { return d; });
    case ActivationKind::relu:
      return each([](float v, float d) { return v > 0 ? d : 0.0F; });
    case ActivationKind::leaky_relu:
      return each([=](float v, float d) { return v < 0 ? alpha * d : d; });
    case ActivationKind::elu:
      return each([=](float v, float d) { return v < 0 ? (v + alpha) * d : d; });
    case ActivationKind::sigmoid:
      return each([](float v, float d) { return d * (v * (1 - v)); });
    case ActivationKind::tanh:
      return each([](float v, float d) { return d * (1 - v * v); });
  }
}

}  // namespace

// All three have the same layout, so any layout will do.
void prepare(const ActivationGradient& op, cpu::Builder& builder) {
  builder.step("activation_gradient", [&] {
    const auto y = builder.operand(0), dy = builder.operand(1);
    const auto dx = builder.result();
    return [=, activation = op.activation] {
      cpu::parallel_runs(dx.shape.elements(), kFlatRun, [&](std::int64_t begin, std::int64_t end) {
        back(activation, y.data + begin, dy.data + begin, dx.data + begin, end - begin);
      });
    };
  });
}

}  // namespace terramask::ops
