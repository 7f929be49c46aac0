// terramask train: a project in, a model out.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>

#include "cli/evaluate_project.hpp"
#include "cli/file_kinds.hpp"
#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/project_options.hpp"
#include "cli/ranks.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/device_options.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "common/progress_bar.hpp"
#include "terramask/gdal.hpp"
#include "train/training.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kTrainFooter =
    R"(`terramask init` writes a project from images and labels. The folder MODEL.training, beside
MODEL.safetensors, holds the state (last.safetensors), history.csv and curves.html. The model is that of
the epoch with the best mean IoU on the validation part. After Ctrl-C or a crash, --resume continues; on
the same device and threads the result has the same bytes as an uninterrupted training.

At the end the model is evaluated on the validation and test parts; `terramask evaluate --project
PROJECT.json --part test --model MODEL` repeats this. These figures are usually better than those of the
epochs, which evaluate each part without the ground beyond its border. If the model or the state cannot be
saved, the training reports it, continues and tries again.

Options of the project (--width, --set, ...) override the keys of the file; the model's provenance
records them, and --resume needs the same ones again.

--export writes the input of the training, so that another program can train on the same data:
initial.safetensors, the batches of every epoch as the network receives them (batch-000001.safetensors:
image, labels, weights), and training.json (steps, learning rates, loss, optimizer).

mpirun -n N terramask train ... shares every step among N ranks, on one machine or several. Each rank takes
training.batch patches, so N ranks are equivalent to one with N times the batch. As in PyTorch's DDP, batch
norms use each rank's own patches, and the running statistics of rank 0 are saved. --threads and --cache
apply to each rank; without --threads, ranks share the cores of a machine. To stop cleanly, send SIGUSR1 to
mpirun. After Ctrl-C or SIGTERM, mpirun kills a rank after one second (after a minute with --mca
odls_base_sigkill_timeout 60), and --resume continues from the last checkpoint.

Examples:
  terramask init tiles/*.tif --labels roads.tif -o roads.json
  terramask train roads.json -o roads.safetensors --dry-run
  terramask train roads.json -o roads.safetensors
  terramask train roads.json -o roads.safetensors --resume
  terramask train oaks.json -o oaks.safetensors --from roads.safetensors --freeze 'down.*'
  mpirun -n 4 terramask train roads.json -o roads.safetensors
  terramask train roads.json --export roads-batches
)";

struct TrainArguments {
  train::TrainOptions options;
  DeviceArguments device;
  Verbosity verbosity;
  std::string cache = "1G";
  double checkpoint_minutes = 10, save_minutes = 10;
  std::int64_t epochs = 0;
  bool dry_run = false;
};

void print_dataset(const Dataset& dataset) {
  say("images     {}, {}\n", dataset.images(), [&] {
    std::string names;
    for (const BandRequest& band : dataset.bands())
      names += fmt::format("{}{}{}", names.empty() ? "bands " : ", ", band.name,
                           band.type.empty() ? "" : " (" + band.type + ")");
    return names;
  }());
  for (const Part part : {Part::training, Part::validation, Part::test}) {
    say("{:<10} {} labelled pixels", to_string(part), dataset.labelled(part));
    const auto all = static_cast<double>(std::max<std::uint64_t>(dataset.labelled(part), 1));
    for (std::size_t c = 0; c < dataset.classes().size(); ++c)
      say("{} {} {:.1f}%", c == 0 ? ":" : ",", dataset.classes()[c].name,
          100 * static_cast<double>(dataset.count(part, c)) / all);
    say("\n");
  }
}

void print_estimate(const train::TrainEstimate& e, std::int64_t epochs) {
  say("network    {} parameters, {:.1f} GFLOP a step\n", count_text(static_cast<double>(e.parameter_count)),
      e.gflop_per_step);
  say("memory     {} on the device, {} on the host\n", bytes_text(e.device_bytes), bytes_text(e.host_bytes));
  say("epoch      {} patches, {} steps; {} validation patches\n", e.patches, e.steps, e.validation_patches);
  say("time       {:.3f} s a step{}, {} an epoch, {} for {} epochs\n", e.seconds_per_step,
      e.scaled ? " (measured on a narrower network)" : "", duration_text(e.seconds_per_epoch),
      duration_text(e.seconds_per_epoch * static_cast<double>(epochs)), epochs);
}

std::string epoch_line(const train::Epoch& e, const std::vector<ClassInfo>& classes) {
  std::string line = fmt::format("epoch {}: loss {:.4f}", e.epoch, e.loss);
  if (e.validated)
    line += fmt::format(", validation loss {:.4f}, accuracy {:.4f}, mean IoU {:.4f}, mean F1 {:.4f}",
                        e.validation_loss, e.accuracy, e.mean_iou, e.mean_f1);
  line += fmt::format(", rate {:.2e}, {}{}", e.rate, duration_text(e.seconds), e.best ? ", best so far" : "");
  if (!e.best || !e.validated) return line;
  for (std::size_t c = 0; c < e.iou.size(); ++c)
    line += fmt::format("{} {} {}", c == 0 ? "; IoU" : ",", classes.at(c).name,
                        std::isfinite(e.iou[c]) ? fmt::format("{:.4f}", e.iou[c]) : "-");
  return line;
}

/// A mean over classes hides a class that is not seen at all.
void warn_of_unseen(const train::Epoch& e, const Project& project) {
  if (e.unseen.empty()) return;
  std::string names;
  for (const std::size_t c : e.unseen) names += (names.empty() ? "" : ", ") + project.classes.at(c).name;
  const bool balanced = project.training.sampling == Sampling::balanced;
  spdlog::warn("warning: epoch {}: no pixel of the validation part is predicted as {}{}", e.epoch, names,
               balanced ? "" : "; --sampling balanced and --loss cross_entropy_dice are for rare classes");
}

/// Chooses the threshold, if the project wants it, and tells how good the model is on ground that it has not
/// seen. The model is saved already: what goes wrong here is no failure of the training.
void judge(const TrainArguments& a, const Project& project) {
  ProgressBar bar("");
  try {
    DatasetOptions options;
    options.strict = false;
    options.cache_bytes = 0;
    options.stop = &stop_flag();
    const Dataset dataset(project, options);
    JudgeOptions judging;
    judging.project_path = a.options.project;
    judging.model = a.options.output;
    judging.beside =
        (std::filesystem::path(a.options.output).replace_extension(".training") / "judge").string();
    judging.executor = a.options.executor;
    judging.stop = &stop_flag();
    judging.progress = progress_sink(a.verbosity, bar);
    if (project.training.choose_threshold && dataset.labelled(Part::validation) > 0) {
      judging.sweep = true;
      const auto found = judge_parts(judging, dataset, {Part::validation});
      const double threshold = found.front().sweep ? found.front().sweep->best.threshold : 0;
      bar.finish();
      if (threshold > 0 && threshold < 1) {
        store_threshold(a.options.output, threshold);
        if (!a.verbosity.quiet)
          say("threshold {:.4f} of {}: the best F1 on the validation part\n", threshold,
              project.classes[1].name);
      }
      judging.sweep = false;
    }
    if (a.verbosity.quiet) return;
    std::vector<Part> parts;
    for (const Part part : {Part::validation, Part::test}) {
      if (dataset.labelled(part) > 0)
        parts.push_back(part);
      else
        say("the {} part has no labelled pixel: nothing is evaluated on it\n", to_string(part));
    }
    if (parts.empty()) return;
    const auto reports = judge_parts(judging, dataset, parts);
    bar.finish();
    print_parts(parts, reports);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
    bar.finish();
    spdlog::warn("warning: {} is saved, but could not be evaluated: {}", a.options.output, error.what());
  }
}

int train_model(TrainArguments a, Communicator& ranks) {
  a.verbosity = of_rank(a.verbosity, ranks);
  start_messages("terramask train", a.verbosity);
  configure_gdal(std::uint64_t{64} << 20);
  a.options.cache_bytes = parse_bytes(a.cache, "--cache");
  a.options.checkpoint_seconds = a.checkpoint_minutes * 60;
  a.options.save_seconds = a.save_minutes * 60;
  a.options.estimate_only = a.dry_run;
  a.options.executor = of_rank(a.device.options(), ranks);
  a.options.ranks = &ranks;
  if (a.epochs > 0) a.options.epochs = a.epochs;
  check_no_model(
      std::array{a.options.project},
      "train takes a project, which `terramask init` makes of images and labels; a model to begin from "
      "is named with --from");
  if (a.options.output.empty() && a.options.export_folder.empty())
    throw Error(ErrorCode::usage, "-o,--output is required", "name the model file: -o MODEL.safetensors");
  if (ranks.first() && !a.dry_run && !a.options.output.empty())
    remove_leftovers(std::array{a.options.output});
  ProgressBar bar("");
  a.options.warn = [&bar](const std::string& warning) {
    bar.finish();
    spdlog::warn("warning: {}", warning);
  };
  auto whole = std::make_unique<train::Training>(a.options, progress_sink(a.verbosity, bar), &stop_flag());
  train::Training& training = *whole;
  bar.finish();
  for (const std::string& note : training.notes()) spdlog::warn("note: {}", note);
  spdlog::info("computing on {}{}", training.device_name(),
               ranks.alone() ? "" : fmt::format(", rank 0 of {}", ranks.size()));
  if (!a.verbosity.quiet) print_dataset(training.dataset());
  if (a.dry_run) {
    const train::TrainEstimate estimate = training.estimate();
    if (ranks.first()) print_estimate(estimate, training.dataset().project().training.epochs);
    return 0;
  }
  if (!a.options.export_folder.empty()) {
    const std::int64_t batches = training.write_export();
    bar.finish();
    if (!a.verbosity.quiet)
      say("{}: {} batches of {} epochs, initial.safetensors, training.json\n", a.options.export_folder,
          batches, training.dataset().project().training.epochs);
    return 0;
  }
  const train::TrainSummary summary = training.run([&](const train::Epoch& epoch) {
    bar.finish();
    if (!a.verbosity.quiet) say("{}\n", epoch_line(epoch, training.dataset().classes()));
    std::fflush(stdout);
    warn_of_unseen(epoch, training.dataset().project());
  });
  bar.finish();
  const Project project = training.dataset().project();
  whole.reset();
  if (ranks.first()) judge(a, project);
  ranks.barrier();  // the others wait here without taking the cores
  if (a.verbosity.quiet) return 0;
  if (summary.stopped_early) say("stopped early: no better model for {} epochs\n", project.training.patience);
  say("{}: the model of epoch {} of {}; trained in {}, the device waited for data {:.1f}% of the time\n",
      a.options.output, summary.best_epoch, summary.epochs.size(), duration_text(summary.seconds),
      100 * summary.device_waited);
  if (!ranks.alone())
    say("{} ranks; adding up their gradients, and waiting for the slowest, took {:.1f}% of the time\n",
        ranks.size(), 100 * summary.ranks_waited);
  return 0;
}

}  // namespace

void train_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<TrainArguments>();
  app.add_option("PROJECT", a->options.project, "The project file (.json)")->required()->type_name("");
  OptionGroup outputs(app, "Output"), training(app, "Training"), work(app, "Work");
  CLI::Option* output = outputs.add("-o,--output", a->options.output, "Output model", "MODEL.safetensors");
  CLI::Option* resume = outputs.add_flag("--resume", a->options.resume, "Continue a stopped training");
  CLI::Option* overwrite =
      outputs.add_flag("--overwrite", a->options.overwrite, "Start again; overwrite the model and its state");
  CLI::Option* checkpoints =
      outputs
          .add_shown("--checkpoint-minutes", a->checkpoint_minutes,
                     "Save a checkpoint at least this often, and after every epoch", "M")
          ->check(number_between(0, 1e6));
  outputs
      .add_shown("--save-minutes", a->save_minutes,
                 "If the final model cannot be saved, keep trying for this long", "M")
      ->check(number_between(0, 1e6));
  training.add("--from", a->options.init,
               "Start from the weights of another model: every tensor that fits is copied", "MODEL");
  training.add_repeated("--freeze", a->options.freeze, "Do not train these parameters: 'down.*'; repeatable",
                        "PATTERN");
  training.add("--epochs", a->epochs, "Number of epochs (default: the project's)", "N")
      ->check(whole_number(1, largest_side));
  work.add_shown("--cache", a->cache, "Memory for the cache of decoded images", "BYTES");
  CLI::Option* dry_run =
      work.add_flag("--dry-run", a->dry_run, "Only check the data, and estimate memory and time per epoch");
  outputs
      .add("--export", a->options.export_folder,
           "Do not train; write the training batches, to train elsewhere and compare", "DIR")
      ->excludes(output, resume, overwrite, checkpoints, dry_run);
  add_project_options(app, a->options.settings);
  add_device_options(app, a->device);
  add_verbosity_options(app, a->verbosity);
  app.footer(kTrainFooter);
  run = [a] {
    return on_ranks("terramask train", [a](Communicator& ranks) { return train_model(*a, ranks); });
  };
}

}  // namespace terramask::tools
