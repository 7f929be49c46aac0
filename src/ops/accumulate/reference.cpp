#include "ops/reference.hpp"

#include "ops/accumulate/accumulate.hpp"

namespace terramask::ops {

void evaluate(const Accumulate&, reference::Operands operands, reference::Results results) {
  results[0].values = operands[1]->values;
  if (operands[2]->values[0] == 0) return;
  for (std::size_t i = 0; i < results[0].values.size(); ++i) results[0].values[i] += operands[0]->values[i];
}

}  // namespace terramask::ops
