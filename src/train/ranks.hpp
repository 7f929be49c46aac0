// What the ranks of a training tell each other, besides gradients.
#pragma once

#include <string>

#include "dataset/statistics.hpp"
#include "terramask/communicator.hpp"
#include "train/checkpoint.hpp"

namespace terramask::train {

/// ErrorCode::mismatch where a rank sees another project or other data than rank 0: a file that differs on
/// its machine.
void check_same(Communicator& ranks, const std::string& identity, const Dataset& dataset);

/// Rank 0 measures, the others wait for what it has found: ranks on machines that round otherwise would not
/// agree.
Normalization measure_on_first(Communicator& ranks, const std::function<Normalization()>& measure);

/// Rank 0's tensors, for all. Names and shapes are the same on every rank.
void broadcast(Communicator& ranks, Parameters& tensors);

/// Rank 0's state of the training, its tensors apart.
void broadcast(Communicator& ranks, Checkpoint& state);

}  // namespace terramask::train
