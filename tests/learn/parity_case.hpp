// What PyTorch computed (parity.py), and the same training in Terramask.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "learn/training_step.hpp"
#include "ops/reference.hpp"

namespace terramask::tests {

/// Arrays in double precision by name.
using Arrays = std::map<std::string, reference::Array>;

struct ParityCase {
  learn::TrainingSpec spec;
  double rate = 0;  ///< learning rate
  std::int64_t steps = 0;
  Arrays arrays;  ///< "3/image", "3/state/NAME", "3/gradient/NAME", "3/loss", "end/NAME"

  const reference::Array& at(std::int64_t step, const std::string& what) const;
  /// All arrays whose names begin with `prefix`, by the rest.
  Arrays all(const std::string& prefix) const;
};

/// Runs parity.py, once for a case and test program. Empty where PyTorch or the models are not there: `why`
/// says.
std::optional<ParityCase> parity_case(const std::string& name, std::string& why);

/// ‖a − b‖ / ‖b‖ over all arrays of b together.
double relative_distance(const Arrays& a, const Arrays& b);

}  // namespace terramask::tests
