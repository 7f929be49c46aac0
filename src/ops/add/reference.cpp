#include "ops/activation/reference.hpp"

#include "ops/add/add.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

void evaluate(const Add& op, std::span<const reference::Array* const> operands,
              std::span<reference::Array> results) {
  const auto& a = operands[0]->values;
  const auto& b = operands[1]->values;
  for (std::size_t i = 0; i < a.size(); ++i) results[0].values[i] = activate(op.activation, a[i] + b[i]);
}

}  // namespace terramask::ops
