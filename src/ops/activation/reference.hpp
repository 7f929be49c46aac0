// Activations in double precision, for every operator that fuses one.
#pragma once

#include "ops/activation/activation.hpp"

namespace terramask::ops {

double activate(const Activation& activation, double x);

}  // namespace terramask::ops
