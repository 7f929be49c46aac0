// Activations in double precision, for all operators that fuse one.
#pragma once

#include "ops/activation/activation.hpp"

namespace terramask::ops {

double activate(const Activation& activation, double x);

}  // namespace terramask::ops
