#include "train/training.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "dataset/project_keys.hpp"
#include "learn/transfer.hpp"
#include "models/atomic_file.hpp"
#include "terramask/tiles.hpp"
#include "train/export.hpp"
#include "train/validation.hpp"

namespace terramask::train {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

double since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Paths {
  fs::path model, folder, checkpoint, table, page;

  explicit Paths(const std::string& output)
      : model(output),
        folder(fs::path(output).replace_extension(".training")),
        checkpoint(folder / "last.safetensors"),
        table(folder / "history.csv"),
        page(folder / "curves.html") {}
};

void write_text(const fs::path& path, const std::string& text) {
  AtomicFile file(path.string(), true);
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

void check_outputs(const Paths& paths, const TrainOptions& options) {
  if (paths.model.extension() != ".safetensors")
    throw Error(ErrorCode::usage, options.output + ": a model file's name ends in .safetensors");
  if (options.resume && options.overwrite)
    throw Error(ErrorCode::usage, "--resume goes on, --overwrite begins anew: only one of them can be meant");
  if (options.resume || options.overwrite) return;
  for (const fs::path& path : {paths.model, paths.checkpoint})
    if (fs::exists(path))
      throw Error(ErrorCode::exists, path.string() + " is there already",
                  "--resume goes on with that training, --overwrite begins anew, or name another model (-o)");
}

// What decides the result, as text: two trainings with one text go the same way. How many epochs there are,
// when it gives up and who loads do not belong to it.
std::string identity(Project project, const TrainOptions& options) {
  project.training.epochs = 0;
  project.training.patience = 0;
  project.training.workers = 0;
  Json all = Json::parse(
      without_secrets(project_text(project, fs::absolute(options.project).parent_path().string())));
  all["init"] = options.init;
  all["freeze"] = options.freeze;
  return all.dump();
}

// The first key in which two texts differ: "/training/learning_rate: 0.001 then, 0.01 now".
std::string first_difference(const std::string& then, const std::string& now) {
  const Json a = Json::parse(then), b = Json::parse(now);
  for (const Json& step : Json::diff(a, b)) {
    const Json::json_pointer at(step.at("path").get<std::string>());
    const auto text = [&](const Json& of) {
      return of.contains(at) ? of.at(at).dump() : std::string("nothing");
    };
    return fmt::format("{}: {} then, {} now", step.at("path").get<std::string>(), text(a), text(b));
  }
  return {};
}

learn::ScheduleSpec schedule_of(const TrainingKeys& keys, std::int64_t steps_per_epoch) {
  learn::ScheduleSpec schedule;
  using Kind = learn::ScheduleKind;
  const std::map<std::string, Kind> kinds{
      {"constant", Kind::constant},     {"step", Kind::step},     {"exponential", Kind::exponential},
      {"polynomial", Kind::polynomial}, {"cosine", Kind::cosine}, {"one_cycle", Kind::one_cycle}};
  schedule.kind = kinds.at(keys.schedule);
  schedule.rate = keys.learning_rate;
  schedule.steps = steps_per_epoch * keys.epochs;
  schedule.warmup = keys.warmup;
  // Steps and decay count epochs: a tenth after every third of the training, or by every tenth.
  schedule.step_size = std::max<std::int64_t>(1, schedule.steps / (schedule.kind == Kind::step ? 3 : 10));
  schedule.gamma = schedule.kind == Kind::step ? 0.1 : 0.6;
  return schedule;
}

}  // namespace

learn::TrainingSpec spec_of(const Project& project, std::size_t bands,
                            const std::vector<std::string>& freeze) {
  const TrainingKeys& keys = project.training;
  learn::TrainingSpec spec;
  NetworkSpec& network = spec.network;
  network.architecture = project.network.architecture;
  network.bands = static_cast<std::int64_t>(bands);
  network.classes = static_cast<std::int64_t>(project.classes.size());
  network.width = project.network.width;
  network.depth = project.network.depth;
  network.up = project.network.up;
  network.fc = project.network.fc;
  network.skips = project.network.skips;
  network.dropout = project.network.dropout;
  spec.batch = keys.batch;
  spec.height = spec.width = keys.patch;
  using ops::LossKind;
  const std::map<std::string, LossKind> losses{{"cross_entropy", LossKind::softmax_cross_entropy},
                                               {"sigmoid", LossKind::sigmoid_cross_entropy},
                                               {"squared", LossKind::squared_error},
                                               {"hinge", LossKind::hinge},
                                               {"focal", LossKind::focal}};
  spec.loss.dice = keys.loss == "dice";
  if (!spec.loss.dice) spec.loss.pixel.kind = losses.at(keys.loss);
  spec.loss.pixel.label_smoothing = keys.label_smoothing;
  spec.loss.pixel.gamma = keys.focal_gamma;
  learn::OptimizerSpec& optimizer = spec.optimizer;
  optimizer.kind = keys.optimizer == "sgd"     ? learn::OptimizerKind::sgd
                   : keys.optimizer == "adamw" ? learn::OptimizerKind::adamw
                                               : learn::OptimizerKind::adam;
  if (optimizer.kind == learn::OptimizerKind::sgd) optimizer.momentum = keys.momentum;
  optimizer.nesterov = keys.nesterov;
  optimizer.group.weight_decay = keys.weight_decay;
  optimizer.group.l1 = keys.l1;
  for (const GroupKeys& group : keys.groups)
    optimizer.groups.push_back(
        {group.parameters, {.rate = group.rate, .weight_decay = group.weight_decay, .l1 = group.l1}});
  optimizer.clip_norm = keys.clip_norm;
  spec.frozen = freeze;
  if (const std::int64_t stride = total_stride(network); keys.patch % stride != 0)
    throw Error(ErrorCode::usage,
                fmt::format("training.patch is {}, {} needs a multiple of {}", keys.patch,
                            network.architecture, stride),
                fmt::format("take {}", (keys.patch + stride - 1) / stride * stride));
  return spec;
}

struct Training::State {
  State(const TrainOptions& wanted, const ProgressSink& sink, const StopFlag* stop_flag);

  TrainSummary run(const EpochSink& on_epoch);
  TrainEstimate estimate();
  void begin();
  void end_epoch(const EpochSink& on_epoch, TrainSummary& summary);
  void train_step(std::int64_t in_epoch, std::int64_t per_epoch);
  void save_state();
  [[noreturn]] void end_on_request();
  void save_model_file(const Epoch& epoch);
  History history() const;
  ModelInfo model_info(const Epoch& epoch) const;
  std::int64_t steps_per_epoch() const {
    const std::int64_t accumulate = project.training.accumulate;
    return (plan->batches_per_epoch() + accumulate - 1) / accumulate;
  }

  TrainOptions options;
  ProgressSink progress;
  const StopFlag* stop;
  Paths paths;
  Project project;
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
};

Training::State::State(const TrainOptions& wanted, const ProgressSink& sink, const StopFlag* stop_flag)
    : options(wanted),
      progress(sink),
      stop(stop_flag),
      paths(wanted.output),
      project(read_project(wanted.project)) {
  if (options.epochs) project.training.epochs = *options.epochs;
  if (options.export_folder.empty())
    check_outputs(paths, options);
  else
    check_export_folder(options.export_folder);
  DatasetOptions dataset_options;
  dataset_options.cache_bytes = options.cache_bytes;
  dataset_options.progress = progress;
  dataset_options.stop = stop;
  dataset = std::make_unique<Dataset>(project, dataset_options);
  notes = dataset->warnings();
  spec = spec_of(project, dataset->bands().size(), options.freeze);
  identity_text = identity(project, options);

  StatisticsOptions statistics;
  statistics.progress = progress;
  statistics.stop = stop;
  Normalization normalization = measure_normalization(*dataset, project.training.normalization, statistics);
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
}

// Where it begins: at the first step, or where it was stopped.
void Training::State::begin() {
  std::error_code failed;
  fs::create_directories(paths.folder, failed);
  if (failed)
    throw Error(ErrorCode::io, fmt::format("{}: {}", paths.folder.string(), failed.message()),
                "name a model in a folder that can be written (-o)");
  if (options.resume) {
    std::optional<Checkpoint> found = load_checkpoint(paths.checkpoint.string());
    if (!found) {
      if (fs::exists(paths.model))
        throw Error(ErrorCode::not_found, paths.checkpoint.string() + " is not there, nothing can be resumed",
                    "--overwrite begins anew");
      notes.push_back(paths.checkpoint.string() + " is not there: the training begins at its first step");
    } else {
      if (found->project_digest != identity_text)
        throw Error(ErrorCode::mismatch,
                    fmt::format("{}: a checkpoint of another training ({})", paths.checkpoint.string(),
                                first_difference(found->project_digest, identity_text)),
                    "take the project as it was, or begin anew (--overwrite)");
      if (found->device != state.device)
        notes.push_back(
            fmt::format("the training was begun on {}: the result may differ in the last digits from one "
                        "that was never stopped",
                        found->device));
      step->restore(found->tensors);
      found->tensors.clear();
      const std::string device = state.device;
      state = std::move(*found);
      state.device = device;
    }
  }
  LoaderOptions loading;
  loading.workers = static_cast<int>(project.training.workers);
  loading.first_batch = state.batch;
  loader = std::make_unique<Loader>(plan, loading);
  saved = Clock::now();
}

// One step: a micro-batch after the other, then the update.
void Training::State::train_step(std::int64_t in_epoch, std::int64_t per_epoch) {
  const std::int64_t accumulate = project.training.accumulate;
  const std::int64_t first = in_epoch * accumulate;
  const std::int64_t count = std::min(accumulate, per_epoch - first);
  for (std::int64_t i = 0; i < count; ++i) {
    loader->next(batch);
    step->accumulate({batch.image, batch.labels, batch.weights}, i == 0,
                     {project.training.seed, state.step, i * spec.batch});
  }
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
                  {"seed", project.training.seed},
                  {"epoch", epoch.epoch},
                  {"steps", epoch.step},
                  {"training_pixels", dataset->labelled(Part::training)}};
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
  const Parameters folded = learn::fold_band_matrix(network, step->parameters(), plan->normalization.matrix);
  save_model(paths.model.string(), model_info(epoch), folded, true);
}

void Training::State::save_state() {
  state.tensors = step->state();
  save_checkpoint(paths.checkpoint.string(), state);
  state.tensors.clear();
  saved = Clock::now();
}

void Training::State::end_on_request() {
  save_state();
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
  try {
    if (!validation->empty()) validation->run(step->parameters(), epoch, stop);
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
  write_text(paths.table, to_csv(history()));
  write_text(paths.page, to_html(history()));
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
      if (stop != nullptr && stop->requested()) end_on_request();
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
  summary.epochs = state.epochs;
  return summary;
}

TrainEstimate Training::State::estimate() {
  TrainEstimate found;
  found.steps = steps_per_epoch();
  found.patches = plan->batches_per_epoch() * spec.batch;
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
    sampler.fill(0, i % std::max<std::int64_t>(1, plan->batches_per_epoch()), batch);
    for (std::int64_t part = 0; part < project.training.accumulate; ++part)
      step->accumulate({batch.image, batch.labels, batch.weights}, part == 0, {});
    step->update(0, 0);
    (void)step->finish();
    seconds = since(begin);
  }
  step->restore(before);
  found.seconds_per_step = seconds;
  // Inference is about a third of a training step.
  found.seconds_per_epoch = seconds * (static_cast<double>(found.steps) +
                                       static_cast<double>(found.validation_patches) /
                                           static_cast<double>(3 * spec.batch * project.training.accumulate));
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
