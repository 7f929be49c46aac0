// Sets up a training: data, network, device, and the state of a previous run.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "learn/transfer.hpp"
#include "train/export.hpp"
#include "train/shapes.hpp"
#include "train/training_state.hpp"

namespace terramask::train {

namespace {

/// Checks before anything is read.
Paths checked_paths(const TrainOptions& options, const Communicator& ranks) {
  Paths paths(options.output);
  if (options.export_folder.empty() && ranks.first()) check_outputs(paths, options);
  return paths;
}

[[noreturn]] void refuse(const Paths& paths, const Checkpoint& then, const Checkpoint& now) {
  std::string difference = first_difference(then.project_digest, now.project_digest);
  std::string remedy = "take the project as it was, or start over (`overwrite`)";
  if (difference.starts_with("/training/batch:") && (then.ranks > 1 || now.ranks > 1)) {
    difference += fmt::format("; {} ranks then, {} now", then.ranks, now.ranks);
    remedy =
        "a step's patches are training.batch × ranks: start as many ranks as then, or change training.batch "
        "so that "
        "the product stays";
  }
  throw Error(ErrorCode::mismatch,
              fmt::format("{}: a checkpoint of another training ({})", paths.checkpoint.string(), difference),
              remedy);
}

/// `state` is that of a training that has not begun: what it is (project, device, ranks) must be that of the
/// checkpoint. Takes over the checkpoint's state and returns its tensors; none where there is no checkpoint.
/// What differs without being wrong goes into `notes`. Errors: mismatch where the checkpoint is of another
/// training; not_found where only a model is there.
Parameters resume(const Paths& paths, Checkpoint& state, std::vector<std::string>& notes) {
  std::optional<Checkpoint> found = load_checkpoint(paths.checkpoint.string());
  if (!found) {
    if (std::filesystem::exists(paths.model))
      throw Error(ErrorCode::not_found, paths.checkpoint.string() + " is not there, nothing can be resumed",
                  "`overwrite` starts over");
    notes.push_back(paths.checkpoint.string() + " is not there: the training begins at its first step");
    return {};
  }
  if (found->project_digest != state.project_digest) refuse(paths, *found, state);
  if (found->device != state.device || found->ranks != state.ranks) {
    const auto ranks = found->ranks == 1 ? "1 rank" : fmt::format("{} ranks", found->ranks);
    notes.push_back(
        fmt::format("the training was begun on {}{}: the result may differ in the last digits from one "
                    "that was never stopped",
                    found->device, found->ranks != state.ranks ? " by " + ranks : ""));
  }
  Parameters tensors = std::move(found->tensors);
  found->tensors.clear();
  found->device = state.device;
  found->ranks = state.ranks;
  state = std::move(*found);
  return tensors;
}

}  // namespace

Training::State::State(const TrainOptions& wanted, const ProgressSink& sink, const StopFlag* stop_flag)
    : options(wanted),
      myself(wanted.ranks == nullptr ? one_rank() : nullptr),
      ranks(wanted.ranks == nullptr ? *myself : *wanted.ranks),
      progress(sink),
      stop(stop_flag),
      paths(checked_paths(wanted, ranks)),
      project(read_project(wanted.project, wanted.settings)) {
  if (options.epochs) project.training.epochs = *options.epochs;
  if (!options.export_folder.empty()) {
    if (!ranks.alone())
      throw Error(ErrorCode::usage, "`export_folder` is the work of one process", "start it without mpirun");
    check_export_folder(options.export_folder);
  } else if (ranks.first() && !options.estimate_only) {
    claim = std::make_unique<geo::WorkingFolder>(options.output);
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
  executor = make_executor(options.executor);
  state.project_digest = identity_text;
  state.device = executor->device_name();
  state.ranks = ranks.size();
  validation_windows = part_windows(*dataset, Part::validation, spec.width).size();
  if (validation_windows == 0)
    notes.emplace_back(
        "no pixel of the validation part has a label: the last epoch's model is kept, not the best");
  measure_shapes();
  check_saving();
  if (!options.estimate_only || !options.init.empty()) make_weights();
  if (options.resume && ranks.first()) {
    const Parameters tensors = resume(paths, state, notes);
    check_progress();
    if (step && !tensors.empty()) restore(tensors);
  }
}

// Rejects states that no run of this training can have saved, as they would refer to non-existent batches.
void Training::State::check_progress() const {
  const auto done = static_cast<std::int64_t>(state.epochs.size());
  const std::int64_t per_epoch = steps_per_epoch(), batches = plan->batches_per_epoch();
  const std::int64_t in_epoch = state.step - done * per_epoch;
  const std::int64_t expected = done * batches + std::min(batches, in_epoch * project.training.accumulate);
  if (in_epoch >= 0 && in_epoch <= per_epoch && state.batch == expected) return;
  throw Error(ErrorCode::format,
              fmt::format("{}: a damaged checkpoint: step {} and batch {} are none of epoch {}",
                          paths.checkpoint.string(), state.step, state.batch, done + 1),
              "start over (`overwrite`), or name another model (`output`)");
}

void Training::State::restore(const Parameters& tensors) {
  try {
    step->restore(tensors);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", paths.checkpoint.string(), error.message()),
                "start over (`overwrite`), or name another model (`output`)");
  }
}

void Training::State::make_weights() {
  Parameters parameters = random_parameters(network, project.training.seed, project.training.initial_weights);
  if (!options.init.empty()) {
    std::vector<ModelBand> bands;
    for (const BandRequest& band : dataset->bands()) bands.push_back({band.name, band.type});
    learn::Transfer begun =
        learn::transfer(network, parameters, bands, project.classes, load_model(options.init));
    notes.push_back(fmt::format("{}: {} tensors copied", options.init, begun.copied));
    notes.insert(notes.end(), begun.adapted.begin(), begun.adapted.end());
    parameters = std::move(begun.parameters);
  }
  if (options.estimate_only) return;
  step = std::make_unique<learn::TrainingStep>(*executor, spec, parameters);
  validation = std::make_unique<Validation>(*executor, spec, plan, Part::validation);
}

void Training::State::measure_shapes() {
  shapes = shape_estimate(*executor, spec, project.training.accumulate);
  shapes.host_bytes += dataset->cached_bytes();
  shapes.steps = steps_per_epoch();
  shapes.patches = plan->batches_per_epoch() * project.training.batch;
  shapes.validation_patches = static_cast<std::int64_t>(validation_windows);
  check_memory(*executor, options.executor, shapes);
}

TrainEstimate Training::State::estimate() {
  TrainEstimate found = shapes;
  // If a network takes minutes per step, or gigabytes, a narrower one is measured.
  learn::TrainingSpec measured = narrowed(spec);
  const double gflop = shape_estimate(*executor, measured, project.training.accumulate).gflop_per_step;
  learn::TrainingStep some(
      *executor, measured,
      random_parameters(build_network(measured.network, 1, measured.height, measured.width), 1));
  Sampler sampler(plan);
  double seconds = 0;
  for (int i = 0; i < 2; ++i) {  // the first step is slower
    const auto begin = Clock::now();
    sampler.fill(0, i % std::max<std::int64_t>(1, plan->batches_per_epoch()), batch, share());
    for (std::int64_t part = 0; part < project.training.accumulate; ++part)
      some.accumulate({batch.image, batch.labels, batch.weights}, part == 0, {});
    some.update(0, 0);
    (void)some.finish();
    seconds = since(begin);
  }
  found.scaled = !(measured.network == spec.network);
  if (found.scaled) seconds *= found.gflop_per_step / gflop;
  found.seconds_per_step = seconds;
  // Inference is about a third of a training step.
  found.seconds_per_epoch =
      seconds * (static_cast<double>(found.steps) +
                 static_cast<double>(found.validation_patches) /
                     static_cast<double>(3 * project.training.batch * project.training.accumulate));
  return found;
}

}  // namespace terramask::train
