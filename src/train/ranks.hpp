// Communication between the ranks of a training, other than gradients.
#pragma once

#include <string>

#include "dataset/statistics.hpp"
#include "terramask/communicator.hpp"
#include "train/checkpoint.hpp"

namespace terramask::train {

/// ErrorCode::mismatch if a rank has another project or other data than rank 0, such as a different file on
/// its machine.
void check_same(Communicator& ranks, const std::string& identity, const Dataset& dataset);

/// Rank 0 measures, the others wait for its result: ranks on machines that round differently would not agree.
Normalization measure_on_first(Communicator& ranks, const std::function<Normalization()>& measure);

/// Broadcasts rank 0's tensors. Names and shapes must be the same on every rank.
void broadcast(Communicator& ranks, Parameters& tensors);

/// Broadcasts rank 0's training state, without tensors.
void broadcast(Communicator& ranks, Checkpoint& state);

}  // namespace terramask::train
