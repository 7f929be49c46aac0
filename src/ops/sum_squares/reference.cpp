#include "ops/reference.hpp"

#include "ops/sum_squares/sum_squares.hpp"

namespace terramask::ops {

void evaluate(const SumSquares&, reference::Operands operands, reference::Results results) {
  double sum = operands.size() > 1 ? operands[1]->values[0] : 0;
  for (const double value : operands[0]->values) sum += value * value;
  results[0].values[0] = sum;
}

}  // namespace terramask::ops
