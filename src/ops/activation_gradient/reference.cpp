#include "ops/reference.hpp"

#include "ops/activation_gradient/activation_gradient.hpp"

namespace terramask::ops {
namespace {

// The activation's derivative, computed from its result.
double slope(const Activation& activation, double y) {
  const auto alpha = static_cast<double>(activation.alpha);
  switch (activation.kind) {
    case ActivationKind::none:
      return 1;
    case ActivationKind::relu:
      return y > 0 ? 1 : 0;
    case ActivationKind::leaky_relu:
      return y < 0 ? alpha : 1;
    case ActivationKind::elu:
      return y < 0 ? y + alpha : 1;
    case ActivationKind::sigmoid:
      return y * (1 - y);
    case ActivationKind::tanh:
      return 1 - y * y;
  }
  throw Error(ErrorCode::internal, "activation_gradient: unknown kind");
}

}  // namespace

void evaluate(const ActivationGradient& op, reference::Operands operands, reference::Results results) {
  const auto& y = operands[0]->values;
  const auto& dy = operands[1]->values;
  for (std::size_t i = 0; i < y.size(); ++i) results[0].values[i] = dy[i] * slope(op.activation, y[i]);
}

}  // namespace terramask::ops
