// The state of a training on disk: everything that the next step depends on.
#pragma once

#include <optional>
#include <string>

#include "terramask/graph.hpp"
#include "train/history.hpp"

namespace terramask::train {

/// Sums over the completed part of an epoch.
struct EpochSums {
  double loss = 0, weight = 0;  ///< Σ w · loss and Σ w
  double norm = 0;              ///< sum of the gradient norms
  double seconds = 0;
};

struct Checkpoint {
  std::string project_digest;  ///< SHA-256 of the settings that determine the result (see Training)
  std::string device;          ///< name and threads: another device may round differently
  int ranks = 1;               ///< number of ranks that share its batches
  std::int64_t step = 0;       ///< completed steps
  std::int64_t batch = 0;      ///< completed micro-batches, over all epochs
  EpochSums sums;
  double best = -1;             ///< best score so far
  std::int64_t best_epoch = 0;  ///< 0: none yet
  std::vector<Epoch> epochs;
  Parameters tensors;  ///< parameters and moments
};

/// Written to a temporary file and renamed: if killed, the previous one remains.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);
/// Empty if there is no such file. ErrorCode::format if it is damaged.
std::optional<Checkpoint> load_checkpoint(const std::string& path);

/// Converts all except the tensors to JSON, and back. ErrorCode::format if damaged, unsupported if written by
/// a later version.
std::string facts_text(const Checkpoint& checkpoint);
Checkpoint parse_facts(const std::string& text);

}  // namespace terramask::train
