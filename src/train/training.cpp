#include "train/training.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "learn/transfer.hpp"
#include "train/export.hpp"
#include "train/paths.hpp"
#include "train/ranks.hpp"
#include "train/resume.hpp"
#include "train/settings.hpp"
#include "train/validation.hpp"

namespace terramask::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

struct Training::State {
  State(const TrainOptions& wanted, const ProgressSink& sink, const StopFlag* stop_flag);

  TrainSummary run(const EpochSink& on_epoch);
  TrainEstimate estimate();
  void begin();
  void end_epoch(const EpochSink& on_epoch, TrainSummary& summary);
  void train_step(std::int64_t in_epoch, std::int64_t per_epoch);
  void save_state();
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
  std::unique_ptr<Communicator> myself;  ///< where no ranks are given
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
  Checkpoint state;  ///< all but the tensors, as it is now
  std::string identity_text;
  std::vector<std::string> notes;
  std::unique_ptr<Loader> loader;
  Batch batch;
  Clock::time_point saved;
  double reducing = 0;  ///< seconds
};

Training::State::State(const TrainOptions& wanted, const ProgressSink& sink, const StopFlag* stop_flag)
    : options(wanted),
      myself(wanted.ranks == nullptr ? one_rank() : nullptr),
      ranks(wanted.ranks == nullptr ? *myself : *wanted.ranks),
      progress(sink),
      stop(stop_flag),
      paths(wanted.output),
      project(read_project(wanted.project)) {
  if (options.epochs) project.training.epochs = *options.epochs;
  if (!options.export_folder.empty()) {
    if (!ranks.alone())
      throw Error(ErrorCode::usage, "--export is the work of one process", "start it without mpirun");
    check_export_folder(options.export_folder);
  } else if (ranks.first()) {
    check_outputs(paths, options);
  }
  DatasetOptions dataset_options;
  dataset_options.cache_bytes = options.cache_bytes;
  dataset_options.progress = progress;
  dataset_options.stop = stop;
  dataset = std::make_unique<Dataset>(project, dataset_options);
  notes = dataset->warnings();
  spec = spec_of(project, dataset->bands().size(), options.freeze);
  project.training.batch *= ranks.size();
  identity_text = identity(project, options);
  check_same(ranks, identity_text, *dataset);

  Normalization normalization = measure_on_first(ranks, [&] {
    StatisticsOptions statistics;
    statistics.progress = progress;
    statistics.stop = stop;
    return measure_normalization(*dataset, project.training.normalization, statistics);
  });
  notes.insert(notes.end(), normalization.warnings.begin(), normalization.warnings.end());
  plan = std::make_shared<const SamplerPlan>(*dataset, project.training, std::move(normalization),
                                             class_weights(*dataset, project.training));
  schedule = schedule_of(project.training, steps_per_epoch());

  network = build_network(spec.network, 1, spec.height, spec.width);
  const std::map<std::string, InitialWeights> initial{{"he", InitialWeights::he},
                                                      {"xavier", InitialWeights::xavier},
                                                      {"lecun", InitialWeights::lecun},
                                                      {"pytorch", InitialWeights::pytorch}};
  Parameters parameters =
      random_parameters(network, project.training.seed, initial.at(project.training.initial_weights));
  if (!options.init.empty()) {
    std::vector<ModelBand> bands;
    for (const BandRequest& band : dataset->bands()) bands.push_back({band.name, band.type});
    learn::Transfer begun =
        learn::transfer(network, parameters, bands, project.classes, load_model(options.init));
    notes.push_back(fmt::format("{}: {} tensors taken over", options.init, begun.copied));
    notes.insert(notes.end(), begun.adapted.begin(), begun.adapted.end());
    parameters = std::move(begun.parameters);
  }
  executor = make_executor(options.executor);
  step = std::make_unique<learn::TrainingStep>(*executor, spec, parameters);
  validation = std::make_unique<Validation>(*executor, spec, plan, Part::validation);
  if (validation->empty())
    notes.emplace_back(
        "no pixel of the validation part has a label: the last epoch's model is kept, not the best");
  state.project_digest = identity_text;
  state.device = executor->device_name();
  state.ranks = ranks.size();
  if (options.resume && ranks.first()) {
    const Parameters tensors = resume(paths, state, notes);
    if (!tensors.empty()) step->restore(tensors);
  }
}

// Where it begins: at the first step, or where it was stopped.
void Training::State::begin() {
  if (ranks.first()) {
    std::error_code failed;
    fs::create_directories(paths.folder, failed);
    if (failed)
      throw Error(ErrorCode::io, fmt::format("{}: {}", paths.folder.string(), failed.message()),
                  "name a model in a folder that can be written (-o)");
  }
  ranks.barrier();
  broadcast(ranks, state);
  take_over_first();
  LoaderOptions loading;
  loading.workers = static_cast<int>(project.training.workers);
  loading.first_batch = state.batch;
  loading.share = share();
  loader = std::make_unique<Loader>(plan, loading);
  saved = Clock::now();
}

// All ranks move their parameters alike. Machines that round otherwise, and the batch norms' running
// statistics, which each rank gathers from its own patches, are brought together here.
void Training::State::take_over_first() {
  if (ranks.alone()) return;
  Parameters tensors = step->state();
  broadcast(ranks, tensors);
  if (!ranks.first()) step->restore(tensors);
}

// One step: a micro-batch after the other, then the update.
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

History Training::State::history() const {
  History history;
  history.title = paths.model.stem().string();
  for (const ClassInfo& one : project.classes) {
    history.classes.push_back(one.name);
    history.colors.push_back(one.color);
  }
  history.epochs = state.epochs;
  return history;
}

ModelInfo Training::State::model_info(const Epoch& epoch) const {
  ModelInfo info;
  info.network = spec.network;
  for (std::size_t i = 0; i < dataset->bands().size(); ++i)
    info.bands.push_back({dataset->bands()[i].name, dataset->bands()[i].type, plan->normalization.mean[i],
                          plan->normalization.std[i]});
  info.pixel_size_m = project.pixel_size_m;
  info.pad_multiple = std::max<std::int64_t>(32, total_stride(spec.network));
  info.classes = project.classes;
  // No clock time and nothing of this machine: the same training gives the same file.
  Json provenance{{"program", "terramask " TERRAMASK_VERSION},
                  {"project", fs::path(options.project).filename().string()},
                  {"device", state.device},
                  {"ranks", ranks.size()},
                  {"seed", project.training.seed},
                  {"epoch", epoch.epoch},
                  {"steps", epoch.step},
                  {"training_pixels", dataset->labelled(Part::training)}};
  if (ranks.alone()) provenance.erase("ranks");
  if (!options.init.empty()) provenance["init"] = fs::path(options.init).filename().string();
  if (epoch.validated)
    provenance["validation"] = {{"loss", epoch.validation_loss},
                                {"accuracy", epoch.accuracy},
                                {"mean_iou", epoch.mean_iou},
                                {"mean_f1", epoch.mean_f1}};
  info.provenance = provenance.dump();
  return info;
}

void Training::State::save_model_file(const Epoch& epoch) {
  if (!ranks.first()) return;
  const Parameters folded = learn::fold_band_matrix(network, step->parameters(), plan->normalization.matrix);
  save_model(paths.model.string(), model_info(epoch), folded, true);
}

void Training::State::save_state() {
  if (!ranks.first()) return;
  state.tensors = step->state();
  save_checkpoint(paths.checkpoint.string(), state);
  state.tensors.clear();
  saved = Clock::now();
}

void Training::State::end_on_request() {
  save_state();
  ranks.barrier();  // a rank that ends sooner would take rank 0 with it
  throw Error(ErrorCode::cancelled,
              fmt::format("stopped on request after step {}; {} holds the state", state.step,
                          paths.checkpoint.string()),
              "--resume goes on from there");
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
  epoch.best = validation->empty() || epoch.mean_iou > state.best;
  epoch.seconds = state.sums.seconds;
  if (epoch.best) {
    state.best = epoch.mean_iou;
    state.best_epoch = epoch.epoch;
    save_model_file(epoch);
  }
  state.sums = {};
  state.epochs.push_back(epoch);
  // The model first: a kill in between repeats the epoch's end, to the same bytes.
  save_state();
  if (ranks.first()) {
    write_text(paths.table, to_csv(history()));
    write_text(paths.page, to_html(history()));
  }
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
    }
    report();
    end_epoch(on_epoch, summary);
  }
  summary.best_epoch = state.best_epoch;
  summary.seconds = since(start);
  summary.device_waited = training_seconds > 0 ? loader->seconds_waited() / training_seconds : 0;
  summary.ranks_waited = training_seconds > 0 ? reducing / training_seconds : 0;
  summary.epochs = state.epochs;
  ranks.barrier();
  return summary;
}

TrainEstimate Training::State::estimate() {
  TrainEstimate found;
  found.steps = steps_per_epoch();
  found.patches = plan->batches_per_epoch() * project.training.batch;
  found.validation_patches = static_cast<std::int64_t>(validation->windows());
  found.device_bytes = step->accumulate_program().memory_bytes();
  const Parameters parameters = step->parameters();
  for (const auto& [name, tensor] : parameters)
    found.parameter_count += static_cast<std::uint64_t>(tensor->shape().elements());
  found.gflop_per_step = 1e-9 * (step->accumulate_program().plan().total_flops *
                                     static_cast<double>(project.training.accumulate) +
                                 step->update_program().plan().total_flops);
  // The first step is slower; the parameters are put back.
  const Parameters before = step->state();
  Sampler sampler(plan);
  double seconds = 0;
  for (int i = 0; i < 2; ++i) {
    const auto begin = Clock::now();
    sampler.fill(0, i % std::max<std::int64_t>(1, plan->batches_per_epoch()), batch, share());
    for (std::int64_t part = 0; part < project.training.accumulate; ++part)
      step->accumulate({batch.image, batch.labels, batch.weights}, part == 0, {});
    step->update(0, 0);
    (void)step->finish();
    seconds = since(begin);
  }
  step->restore(before);
  found.seconds_per_step = seconds;
  // Inference is about a third of a training step.
  found.seconds_per_epoch =
      seconds * (static_cast<double>(found.steps) +
                 static_cast<double>(found.validation_patches) /
                     static_cast<double>(3 * project.training.batch * project.training.accumulate));
  return found;
}

Training::Training(const TrainOptions& options, const ProgressSink& progress, const StopFlag* stop)
    : state_(std::make_unique<State>(options, progress, stop)) {}
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
  return state_->estimate();
}
TrainSummary Training::run(const EpochSink& on_epoch) {
  return state_->run(on_epoch);
}
std::int64_t Training::write_export() {
  const State& s = *state_;
  return export_training(
      s.options.export_folder,
      {s.model_info({}), s.step->parameters(), s.step->graphs().trained, s.spec, s.schedule, s.plan},
      s.progress, s.stop);
}

}  // namespace terramask::train
