#include "train/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "train/export.hpp"
#include "train/training_state.hpp"

namespace terramask::train {

namespace fs = std::filesystem;

// Starts at the first step, or where a previous run stopped.
void Training::State::begin() {
  if (ranks.first()) {
    std::error_code failed;
    fs::create_directories(paths.folder, failed);
    if (failed)
      throw Error(ErrorCode::io, fmt::format("{}: {}", paths.folder.string(), failed.message()),
                  "name a model in a folder that can be written (`output`)");
  }
  ranks.barrier();
  broadcast(ranks, state);
  take_over_first();
  // Fail now rather than after hours if files cannot be saved.
  if (ranks.first() && !(options.resume && fs::exists(paths.checkpoint))) {
    save_state();
    if (pending.failure) {
      std::error_code ignored;
      fs::remove(paths.folder, ignored);  // if it is empty
      throw *pending.failure;
    }
  }
  LoaderOptions loading;
  loading.workers = static_cast<int>(project.training.workers);
  loading.first_batch = state.batch;
  loading.share = share();
  loader = std::make_unique<Loader>(plan, loading);
  saved = Clock::now();
}

// All ranks update their parameters identically. This synchronises differences by rounding between machines,
// and the batch norms' running statistics, which each rank collects from its own patches.
void Training::State::take_over_first() {
  if (ranks.alone()) return;
  Parameters tensors = step->state();
  broadcast(ranks, tensors);
  if (!ranks.first()) step->restore(tensors);
}

// One step: its micro-batches, then the update.
void Training::State::train_step(std::int64_t in_epoch, std::int64_t per_epoch) {
  const std::int64_t accumulate = project.training.accumulate;
  const std::int64_t first = in_epoch * accumulate;
  const std::int64_t count = std::min(accumulate, per_epoch - first);
  for (std::int64_t i = 0; i < count; ++i) {
    loader->next(batch);
    step->accumulate({batch.image, batch.labels, batch.weights}, i == 0,
                     {project.training.seed, state.step, i * project.training.batch + share().first});
  }
  reduce();
  step->update(learn::learning_rate(schedule, state.step), state.step);
  const learn::StepResult result = step->finish();
  if (!std::isfinite(result.loss) || !std::isfinite(result.norm))
    throw Error(
        ErrorCode::diverged,
        fmt::format("the training diverged: at step {} the loss is {} and the gradient's norm {}",
                    state.step + 1, result.loss, result.norm),
        fmt::format("lower training.learning_rate ({} now), set training.clip_norm (1 is usual), give it a "
                    "warmup, or look for odd values in the images; {} holds the state of step {}",
                    project.training.learning_rate, paths.checkpoint.string(),
                    state.epochs.empty() ? 0 : state.epochs.back().step));
  ++state.step;
  state.batch += count;
  state.sums.loss += result.loss * result.weight;
  state.sums.weight += result.weight;
  state.sums.norm += result.norm;
}

void Training::State::reduce() {
  if (ranks.alone()) return;
  step->reduce([&](std::span<float> values) {
    const auto begin = Clock::now();
    ranks.sum(values);
    reducing += since(begin);
  });
}

void Training::State::end_epoch(const EpochSink& on_epoch, TrainSummary& summary) {
  Epoch epoch;
  epoch.epoch = static_cast<std::int64_t>(state.epochs.size()) + 1;
  epoch.step = state.step;
  epoch.rate = learn::learning_rate(schedule, state.step - 1);
  epoch.loss = state.sums.weight > 0 ? state.sums.loss / state.sums.weight : 0;
  epoch.norm = state.sums.norm / static_cast<double>(steps_per_epoch());
  take_over_first();
  try {
    if (!validation->empty()) validation->run(step->parameters(), epoch, ranks, stop);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::cancelled) throw;
    end_on_request();
  }
  epoch.best = validation_windows == 0 || epoch.mean_iou > state.best;
  epoch.seconds = state.sums.seconds;
  if (epoch.best) {
    state.best = epoch.mean_iou;
    state.best_epoch = epoch.epoch;
    save_model_file(epoch);
  }
  state.sums = {};
  state.epochs.push_back(epoch);
  pending.texts = true;
  save_state();
  summary.epochs.push_back(epoch);
  if (on_epoch) on_epoch(epoch);
}

TrainSummary Training::State::run(const EpochSink& on_epoch) {
  begin();
  TrainSummary summary;
  summary.first_step = state.step;
  const auto start = Clock::now();
  double training_seconds = 0;
  const std::int64_t per_epoch = steps_per_epoch(), batches = plan->batches_per_epoch();
  const TrainingKeys& keys = project.training;
  const auto report = [&] {
    if (progress)
      progress({fmt::format("epoch {} of {}{}", state.epochs.size() + 1, keys.epochs,
                            state.sums.weight > 0
                                ? fmt::format(", loss {:.4f}", state.sums.loss / state.sums.weight)
                                : std::string()),
                "steps", static_cast<std::uint64_t>(state.step),
                static_cast<std::uint64_t>(per_epoch * keys.epochs)});
  };
  while (static_cast<std::int64_t>(state.epochs.size()) < keys.epochs) {
    if (keys.patience > 0 && state.best_epoch > 0 &&
        static_cast<std::int64_t>(state.epochs.size()) - state.best_epoch >= keys.patience) {
      summary.stopped_early = true;
      break;
    }
    const auto done = static_cast<std::int64_t>(state.epochs.size());
    while (state.step < (done + 1) * per_epoch) {
      if (ranks.any(stop != nullptr && stop->requested())) end_on_request();
      report();
      const auto begin = Clock::now();
      train_step(state.step - done * per_epoch, batches);
      const double seconds = since(begin);
      state.sums.seconds += seconds;
      training_seconds += seconds;
      if (since(saved) >= options.checkpoint_seconds && state.step < (done + 1) * per_epoch) save_state();
      if (pending.failure && since(pending.tried) >= options.retry_seconds) (void)save_pending();
    }
    report();
    end_epoch(on_epoch, summary);
  }
  save_at_end();
  summary.best_epoch = state.best_epoch;
  summary.seconds = since(start);
  summary.device_waited = training_seconds > 0 ? loader->seconds_waited() / training_seconds : 0;
  summary.ranks_waited = training_seconds > 0 ? reducing / training_seconds : 0;
  summary.epochs = state.epochs;
  ranks.barrier();
  return summary;
}

namespace {

// Executors advise how to shrink a segmentation; a training has other options.
template <class Work>
auto with_advice(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::out_of_memory) throw;
    throw Error(
        error.code(), error.message(),
        "take a smaller `batch`, `patch` or `width` (training.batch, training.patch and network.width "
        "of the project)");
  }
}

}  // namespace

Training::Training(const TrainOptions& options, const ProgressSink& progress, const StopFlag* stop)
    : state_(with_advice([&] { return std::make_unique<State>(options, progress, stop); })) {}
Training::~Training() = default;

const Dataset& Training::dataset() const {
  return *state_->dataset;
}
const std::vector<std::string>& Training::notes() const {
  return state_->notes;
}
std::string Training::device_name() const {
  return state_->state.device;
}
TrainEstimate Training::estimate() {
  return with_advice([this] { return state_->estimate(); });
}
TrainSummary Training::run(const EpochSink& on_epoch) {
  return with_advice([&] { return state_->run(on_epoch); });
}
std::int64_t Training::write_export() {
  const State& s = *state_;
  return export_training(
      s.options.export_folder,
      {s.model_info({}), s.step->parameters(), s.step->graphs().trained, s.spec, s.schedule, s.plan},
      s.progress, s.stop);
}

}  // namespace terramask::train
