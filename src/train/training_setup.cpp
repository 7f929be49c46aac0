// How a training is set up: data, network, device, and the state that a run before left.
#include <fmt/format.h>

#include "learn/transfer.hpp"
#include "train/export.hpp"
#include "train/training_state.hpp"

namespace terramask::train {

namespace {

/// Before anything is read.
Paths checked_paths(const TrainOptions& options, const Communicator& ranks) {
  Paths paths(options.output);
  if (options.export_folder.empty() && ranks.first()) check_outputs(paths, options);
  return paths;
}

}  // namespace

Training::State::State(const TrainOptions& wanted, const ProgressSink& sink, const StopFlag* stop_flag)
    : options(wanted),
      myself(wanted.ranks == nullptr ? one_rank() : nullptr),
      ranks(wanted.ranks == nullptr ? *myself : *wanted.ranks),
      progress(sink),
      stop(stop_flag),
      paths(checked_paths(wanted, ranks)),
      project(read_project(wanted.project)) {
  if (options.epochs) project.training.epochs = *options.epochs;
  if (!options.export_folder.empty()) {
    if (!ranks.alone())
      throw Error(ErrorCode::usage, "--export is the work of one process", "start it without mpirun");
    check_export_folder(options.export_folder);
  } else if (ranks.first() && !options.dry_run) {
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

}  // namespace terramask::train
