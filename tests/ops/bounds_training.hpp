// How far losses, gradients and optimisers may be from the reference.
#pragma once

#include "harness.hpp"

namespace terramask::tests {

/// The bounds of an operator's results on exact operands, by result; none for operators of other kinds.
std::vector<reference::Array> training_bounds(const Operator& op,
                                              const std::vector<const reference::Array*>& operands,
                                              const std::vector<const reference::Array*>& results);

}  // namespace terramask::tests
