// What a resumed training continues from.
#pragma once

#include "train/checkpoint.hpp"
#include "train/paths.hpp"

namespace terramask::train {

/// `state` is that of a training that has not begun: what it is (project, device, ranks) must be that of the
/// checkpoint. Takes over the checkpoint's state and returns its tensors; none where there is no checkpoint.
/// What differs without being wrong goes into `notes`. Errors: mismatch where the checkpoint is of another
/// training; not_found where only a model is there.
Parameters resume(const Paths& paths, Checkpoint& state, std::vector<std::string>& notes);

}  // namespace terramask::train
