// The loss specified by a project.
#pragma once

#include "dataset/project.hpp"
#include "learn/training_spec.hpp"

namespace terramask::train {

/// For `noisy_labels`, the chances for truth c and background b: the label is c with probability 1 −
/// omission(c) and b with omission(c); if the truth is b, the label is c with commission(c).
/// Errors: usage for `noisy_labels` without label noise.
learn::LossSpec loss_of(const Project& project);

}  // namespace terramask::train
