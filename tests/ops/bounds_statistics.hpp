// How far single precision may be from the reference in what training sums over images and pixels.
#pragma once

#include <vector>

#include "ops/operators.hpp"
#include "ops/reference.hpp"

namespace terramask::tests {

/// One bound for each result of a batch norm in training, and of its gradient; `all` are the operands' exact
/// values. Operands must be exact: both stand alone in their cases.
std::vector<reference::Array> statistics_bounds(const ops::BatchNormTraining& op,
                                                const std::vector<const reference::Array*>& operands);
std::vector<reference::Array> statistics_bounds(const ops::BatchNormGradient& op,
                                                const std::vector<const reference::Array*>& operands);

}  // namespace terramask::tests
