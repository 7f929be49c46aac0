// State of a running training; for training*.cpp only.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "geo/base/working_folder.hpp"
#include "train/paths.hpp"
#include "train/ranks.hpp"
#include "train/settings.hpp"
#include "train/training.hpp"
#include "train/validation.hpp"

namespace terramask::train {

using Clock = std::chrono::steady_clock;

inline double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Data waiting to be saved.
struct Pending {
  std::optional<std::pair<ModelInfo, Parameters>> model;
  bool state = false, texts = false;
  Clock::time_point tried;
  std::optional<Error> failure;  ///< of the last attempt

  bool any() const { return model || state || texts; }
};

struct Training::State {
  State(const TrainOptions& wanted, const ProgressSink& sink, const StopFlag* stop_flag);

  TrainSummary run(const EpochSink& on_epoch);
  TrainEstimate estimate();
  void begin();
  void end_epoch(const EpochSink& on_epoch, TrainSummary& summary);
  void train_step(std::int64_t in_epoch, std::int64_t per_epoch);
  void measure_shapes();
  void make_weights();
  void check_progress() const;
  void restore(const Parameters& tensors);
  void check_saving() const;
  void save_state();
  bool save_pending();
  void save_at_end();
  void take_over_first();
  void reduce();
  [[noreturn]] void end_on_request();
  void save_model_file(const Epoch& epoch);
  History history() const;
  ModelInfo model_info(const Epoch& epoch) const;
  BatchShare share() const { return {ranks.rank() * spec.batch, spec.batch}; }
  std::int64_t steps_per_epoch() const {
    const std::int64_t accumulate = project.training.accumulate;
    return (plan->batches_per_epoch() + accumulate - 1) / accumulate;
  }

  TrainOptions options;
  std::unique_ptr<Communicator> myself;  ///< if no ranks are given
  Communicator& ranks;
  ProgressSink progress;
  const StopFlag* stop;
  Paths paths;
  Project project;  ///< training.batch is that of all ranks together
  std::unique_ptr<Dataset> dataset;
  std::unique_ptr<Executor> executor;
  std::shared_ptr<const SamplerPlan> plan;
  learn::TrainingSpec spec;
  Graph network;
  std::unique_ptr<learn::TrainingStep> step;
  std::unique_ptr<Validation> validation;
  learn::ScheduleSpec schedule;
  Checkpoint state;                           ///< current state, except the tensors
  std::unique_ptr<geo::WorkingFolder> claim;  ///< of the output, during training
  std::string identity_text;
  std::vector<std::string> notes;
  TrainEstimate shapes;  ///< estimated from shapes
  std::size_t validation_windows = 0;
  Pending pending;
  std::unique_ptr<Loader> loader;
  Batch batch;
  Clock::time_point saved;
  double reducing = 0;  ///< seconds
};

}  // namespace terramask::train
