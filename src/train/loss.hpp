// The loss that a project asks for.
#pragma once

#include "dataset/project.hpp"
#include "learn/training_spec.hpp"

namespace terramask::train {

/// Of `noisy_labels` the chances are, by truth c and background b: the map says c with 1 − omission(c) and b
/// with omission(c); where the truth is b, it says c with commission(c).
/// Errors: usage where `noisy_labels` is told of no noise.
learn::LossSpec loss_of(const Project& project);

}  // namespace terramask::train
