// Trains the network of a project and writes a model file.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "dataset/loader.hpp"
#include "learn/training_step.hpp"
#include "terramask/communicator.hpp"
#include "terramask/executor.hpp"
#include "terramask/model.hpp"
#include "train/checkpoint.hpp"

namespace terramask::train {

struct TrainOptions {
  std::string project;              ///< path of the project file
  std::string output;               ///< path of the model file; empty with `export_folder`
  std::string export_folder;        ///< for write_export() instead of run(); else empty
  std::string init;                 ///< initial model; may be empty
  std::vector<std::string> freeze;  ///< patterns of parameters that are not trained
  ExecutorOptions executor;
  std::uint64_t cache_bytes = std::uint64_t{1} << 30;  ///< for decoded imagery
  double checkpoint_seconds = 600;                     ///< maximum interval; also at the end of every epoch
  double save_seconds = 600;                           ///< how long saving is retried after the last epoch
  double retry_seconds = 30;                           ///< between attempts to save
  bool resume = false;
  bool overwrite = false;
  bool estimate_only = false;  ///< only estimate() may be called: no weights are created, nothing is written,
                               ///< the output is not locked
  std::optional<std::int64_t> epochs;            ///< overrides the project's
  std::vector<keys::Setting> settings;           ///< override the project's keys
  std::function<void(const std::string&)> warn;  ///< called for non-fatal errors; may be empty
  Communicator* ranks = nullptr;  ///< share the work; null: this process only. Must outlive the training
};

/// Estimated resources of a training, without training (`--dry-run`).
struct TrainEstimate {
  std::int64_t patches = 0, steps = 0;  ///< per epoch
  std::int64_t validation_patches = 0;
  std::uint64_t device_bytes = 0;  ///< arena, variables, staging
  std::uint64_t host_bytes = 0;    ///< in addition: copies of parameters and moments, decoded imagery
  std::uint64_t parameter_count = 0;
  double gflop_per_step = 0;
  double seconds_per_step = 0;  ///< measured; of a large network on a narrower one, scaled by operations
  bool scaled = false;          ///< whether measured on a narrower network
  double seconds_per_epoch = 0;
};

struct TrainSummary {
  std::vector<Epoch> epochs;
  std::int64_t best_epoch = 0;
  bool stopped_early = false;
  double seconds = 0;           ///< of this run
  double device_waited = 0;     ///< share of the training time during which the device waited for data
  double ranks_waited = 0;      ///< share spent on summing gradients, including waiting for the slowest rank
  std::int64_t first_step = 0;  ///< where this run started
};

/// Called at the end of every epoch.
using EpochSink = std::function<void(const Epoch&)>;

/// Beside MODEL.safetensors, a folder MODEL.training contains last.safetensors (the training state),
/// history.csv and curves.html. All are replaced atomically. The same project, seed, device and threads give
/// the same model, byte for byte, however often the training was stopped and resumed.
///
/// With several ranks, each processes a part of every batch: N ranks with a batch of B patches are equivalent
/// to one with N · B. Gradients and weights are summed in the order of the ranks. Batch norms use the
/// statistics of a rank's own patches, and rank 0's are saved, as in PyTorch's DistributedDataParallel. Rank
/// 0 writes all files. The same number of ranks gives the same bytes; a training may be resumed with another
/// number if ranks × batch stays the same.
class Training {
 public:
  /// Reads and checks all inputs, including everything that saving requires, and compiles, before the first
  /// step. Memory is estimated from shapes before weights are created: out_of_memory if the machine has less.
  /// Errors: exists if there is a model or a training of this name and neither `resume` nor `overwrite` is
  /// set, if another process is training it, or if `export_folder` is not empty; usage for `export_folder`
  /// with several ranks; mismatch if the training to be resumed is another one, or if a rank sees other data
  /// than rank 0.
  Training(const TrainOptions& options, const ProgressSink& progress, const StopFlag* stop);
  ~Training();
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  const Dataset& dataset() const;
  const std::vector<std::string>& notes() const;  ///< warnings and adaptations by a transfer
  std::string device_name() const;
  TrainEstimate estimate();
  /// Throws cancelled after a stop request, once the checkpoint is written. Throws `diverged` if the loss is
  /// no longer finite. If the model or state cannot be saved after training has begun, reports it (`warn`),
  /// continues and retries.
  TrainSummary run(const EpochSink& on_epoch);
  /// Instead of run: writes its entire input to `export_folder` (see export_training), for all epochs even if
  /// the training would stop early. Returns the number of batches.
  std::int64_t write_export();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The specification of a project's training, for networks with this many bands; training.batch is a
/// micro-batch.
learn::TrainingSpec spec_of(const Project& project, std::size_t bands,
                            const std::vector<std::string>& freeze);

}  // namespace terramask::train
