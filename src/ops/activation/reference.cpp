#include "ops/activation/reference.hpp"

#include <cmath>

#include "ops/activation/activation.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

double activate(const Activation& activation, double x) {
  const double alpha = static_cast<double>(activation.alpha);
  switch (activation.kind) {
    case ActivationKind::none:
      return x;
    case ActivationKind::relu:
      return x < 0 ? 0 : x;
    case ActivationKind::leaky_relu:
      return x < 0 ? alpha * x : x;
    case ActivationKind::elu:
      return x < 0 ? alpha * std::expm1(x) : x;
    case ActivationKind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case ActivationKind::tanh:
      return std::tanh(x);
  }
  throw Error(ErrorCode::internal, "activation: unknown kind");
}

void evaluate(const Activate& op, reference::Operands operands, reference::Results results) {
  const auto& x = operands[0]->values;
  for (std::size_t i = 0; i < x.size(); ++i) results[0].values[i] = activate(op.activation, x[i]);
}

}  // namespace terramask::ops
