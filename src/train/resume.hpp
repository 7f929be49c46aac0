// Resumes a training from a checkpoint.
#pragma once

#include "train/checkpoint.hpp"
#include "train/paths.hpp"

namespace terramask::train {

/// `state` is that of a new training: its identity (project, device, ranks) must equal the checkpoint's.
/// Copies the checkpoint's state to it and returns its tensors; none if there is no checkpoint. Acceptable
/// differences are added to `notes`. Errors: mismatch if the checkpoint is of another training; not_found if
/// only a model exists.
Parameters resume(const Paths& paths, Checkpoint& state, std::vector<std::string>& notes);

}  // namespace terramask::train
