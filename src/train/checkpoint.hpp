// The state of a training on disk: all that the next step depends on.
#pragma once

#include <optional>
#include <string>

#include "terramask/graph.hpp"
#include "train/history.hpp"

namespace terramask::train {

/// Sums over the part of an epoch that is done.
struct EpochSums {
  double loss = 0, weight = 0;  ///< Σ w · loss and Σ w
  double norm = 0;              ///< of the gradients, added up
  double seconds = 0;
};

struct Checkpoint {
  std::string project_digest;  ///< SHA-256 of what decides the result (see Training)
  std::string device;          ///< its name and threads: another one may round otherwise
  int ranks = 1;               ///< that shared its batches
  std::int64_t step = 0;       ///< steps done
  std::int64_t batch = 0;      ///< micro-batches done, over all epochs
  EpochSums sums;
  double best = -1;             ///< best score so far
  std::int64_t best_epoch = 0;  ///< 0: none yet
  std::vector<Epoch> epochs;
  Parameters tensors;  ///< parameters and moments
};

/// Written beside its name and renamed: a kill leaves the one before.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);
/// Empty where there is no such file. ErrorCode::format where it is damaged.
std::optional<Checkpoint> load_checkpoint(const std::string& path);

/// All but the tensors, as JSON, and back. ErrorCode::format where it is damaged, unsupported where it is of
/// a later version.
std::string facts_text(const Checkpoint& checkpoint);
Checkpoint parse_facts(const std::string& text);

}  // namespace terramask::train
