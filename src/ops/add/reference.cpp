#include "ops/activation/reference.hpp"

#include "ops/add/add.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

void evaluate(const Add& op, reference::Operands operands, reference::Results results) {
  const auto& a = operands[0]->values;
  const auto& b = operands[1]->values;
  for (std::size_t i = 0; i < a.size(); ++i) results[0].values[i] = activate(op.activation, a[i] + b[i]);
}

}  // namespace terramask::ops
