// The job: a project in, a model file out.
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
  std::string init;                 ///< model to begin from; may be empty
  std::vector<std::string> freeze;  ///< patterns of parameters that stay as they are
  ExecutorOptions executor;
  std::uint64_t cache_bytes = std::uint64_t{1} << 30;  ///< for decoded imagery
  double checkpoint_seconds = 600;  ///< at the latest after so long, besides at every epoch's end
  double save_seconds = 600;        ///< how long it goes on trying to save after the last epoch
  double retry_seconds = 30;        ///< between two tries to save, where that fails
  bool resume = false;
  bool overwrite = false;
  bool estimate_only = false;                    ///< only estimate() may follow: no weights are made,
                                                 ///< nothing is written, nor the output locked
  std::optional<std::int64_t> epochs;            ///< instead of the project's
  std::vector<keys::Setting> settings;           ///< instead of the project's keys
  std::function<void(const std::string&)> warn;  ///< hears what goes wrong without ending it; may be empty
  Communicator* ranks = nullptr;  ///< that share the work; null: this process alone. Outlives the training
};

/// What a training will take, without training.
struct TrainEstimate {
  std::int64_t patches = 0, steps = 0;  ///< an epoch
  std::int64_t validation_patches = 0;
  std::uint64_t device_bytes = 0;  ///< arena, variables, staging
  std::uint64_t host_bytes = 0;    ///< beside them: copies of parameters and moments, decoded imagery
  std::uint64_t parameter_count = 0;
  double gflop_per_step = 0;
  double seconds_per_step = 0;  ///< measured; of a large network on a narrower one, by their operations
  bool scaled = false;          ///< whether it was a narrower one
  double seconds_per_epoch = 0;
};

struct TrainSummary {
  std::vector<Epoch> epochs;
  std::int64_t best_epoch = 0;
  bool stopped_early = false;
  double seconds = 0;        ///< of this run
  double device_waited = 0;  ///< share of the training time in which the device waited for data
  double ranks_waited = 0;  ///< share in which gradients were added up, waiting for the slowest rank included
  std::int64_t first_step = 0;  ///< where this run began
};

/// Called at the end of every epoch.
using EpochSink = std::function<void(const Epoch&)>;

/// Beside MODEL.safetensors stands a folder MODEL.training: last.safetensors (the state of the training),
/// history.csv and curves.html. All are replaced atomically. The same project, seed, device and threads give
/// the same model, byte for byte, however often the training was stopped and resumed.
///
/// Several ranks: each makes a part of every batch, so that N ranks with a batch of B patches do what one
/// would do with N · B; gradients and weights are added up in the order of the ranks. Batch norms take the
/// statistics of a rank's own patches, and those saved are rank 0's, as PyTorch's DistributedDataParallel
/// does. Rank 0 writes all files. The same number of ranks gives the same bytes; a training may be resumed by
/// another number where ranks × batch stays.
class Training {
 public:
  /// Reads and checks everything, all that saving will check among it, and compiles; before the first step.
  /// Memory is told from shapes before weights are made: out_of_memory where the machine has less.
  /// Errors: exists where there is a model or a training of this name, and neither `resume` nor `overwrite`,
  /// where another process is at work on it, or where `export_folder` holds something; usage for
  /// `export_folder` on several ranks; mismatch where what is to be resumed is another training, or where a
  /// rank sees other data than rank 0;
  Training(const TrainOptions& options, const ProgressSink& progress, const StopFlag* stop);
  ~Training();
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  const Dataset& dataset() const;
  const std::vector<std::string>& notes() const;  ///< warnings and what a transfer adapted
  std::string device_name() const;
  TrainEstimate estimate();
  /// Throws cancelled after a stop was requested; the checkpoint is written then. Throws `diverged` where the
  /// loss is no longer finite. Where model or state cannot be saved once it has begun, it says so (`warn`),
  /// goes on and tries again.
  TrainSummary run(const EpochSink& on_epoch);
  /// Instead of run: writes all that it would see to `export_folder` (see export_training), whole epochs even
  /// where the training would give up early. Returns the number of batches.
  std::int64_t write_export();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The specification that a project asks for, for networks of so many bands; training.batch is a micro-batch.
learn::TrainingSpec spec_of(const Project& project, std::size_t bands,
                            const std::vector<std::string>& freeze);

}  // namespace terramask::train
