// terramask init: a project from rasters and labels.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "cli/file_kinds.hpp"
#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/project_options.hpp"
#include "cli/raster_arguments.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "cli/tile_arguments.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "dataset/dataset.hpp"
#include "dataset/draft.hpp"
#include "dataset/draft_training.hpp"
#include "dataset/samples_picture.hpp"
#include "geo/read/validity.hpp"
#include "terramask/class_info.hpp"
#include "terramask/gdal.hpp"
#include "terramask/raster_info.hpp"
#include "terramask/raster_names.hpp"
#include "terramask/tiles.hpp"
#include "train/settings.hpp"

namespace terramask::tools {
namespace {

struct InitArguments {
  DraftOptions draft;
  std::string classes, output, picture;
  std::vector<std::string> ndsm;
  std::vector<keys::Setting> settings;
  std::string src_nodata, nodata_rule;
  bool overwrite = false, recursive = false;
  Verbosity verbosity;
};

void print_classes(const Dataset& dataset) {
  const std::array parts{Part::training, Part::validation, Part::test};
  std::uint64_t total = 0;
  for (const Part part : parts) total += dataset.labelled(part);
  std::size_t widest = 5;
  for (const ClassInfo& one : dataset.classes()) widest = std::max(widest, one.name.size());
  say("{:<{}}  value   share  {:>12}  {:>12}  {:>12}\n", "class", widest, "training", "validation", "test");
  for (std::size_t c = 0; c < dataset.classes().size(); ++c) {
    const ClassInfo& one = dataset.classes()[c];
    std::array<std::uint64_t, kParts> counts{};
    for (std::size_t p = 0; p < kParts; ++p) counts[p] = dataset.count(parts[p], c);
    const double percent = percent_of(counts[0] + counts[1] + counts[2], total);
    // A class of 0.03% does not occur in 0.0% of the ground.
    say("{:<{}}  {:>5}  {:>5}%  {:>12}  {:>12}  {:>12}\n", one.name, widest, one.value,
        percent > 0 && percent < 1 ? fmt::format("{:.2g}", percent) : fmt::format("{:.1f}", percent),
        counts[0], counts[1], counts[2]);
  }
  say("{:<{}}  {:>5}  {:>5.0f}%  {:>12}  {:>12}  {:>12}  pixels\n", "all", widest, "",
      total > 0 ? 100.0 : 0.0, dataset.labelled(parts[0]), dataset.labelled(parts[1]),
      dataset.labelled(parts[2]));
}

constexpr std::uint64_t kMostSeeds = 20;
constexpr int kClassSeeds = 6;  // a class that stands in one block alone is in one part, whatever the seed

bool leaves_part_empty(const Dataset& dataset) {
  if (dataset.labelled(Part::training) + dataset.labelled(Part::validation) + dataset.labelled(Part::test) ==
      0)
    return false;  // no split could help
  for (const Part part : {Part::training, Part::validation, Part::test})
    if (dataset.labelled(part) == 0 && dataset.project().split.fractions[static_cast<std::size_t>(part)] > 0)
      return true;
  return false;
}

bool is_set(const InitArguments& a, const std::string& key) {
  return std::ranges::any_of(a.settings, [&](const keys::Setting& one) { return one.key == key; });
}

/// Little ground has few blocks, and a seed may leave a part none of them, or none of a class.
std::unique_ptr<Dataset> choose_seed(const InitArguments& a, Project& project,
                                     const DatasetOptions& options) {
  auto dataset = std::make_unique<Dataset>(project, options);
  if (is_set(a, "split.seed")) return dataset;
  while (leaves_part_empty(*dataset) && project.split.seed < kMostSeeds) {
    ++project.split.seed;
    dataset = std::make_unique<Dataset>(project, options);
  }
  if (project.split.method != SplitMethod::blocks || leaves_part_empty(*dataset)) return dataset;
  Project other = project;
  for (int i = 0; i < kClassSeeds && leaves_class_out(*dataset); ++i) {
    ++other.split.seed;
    auto found = std::make_unique<Dataset>(other, options);
    if (leaves_part_empty(*found) || leaves_class_out(*found)) continue;
    project = other;
    return found;
  }
  return dataset;
}

/// What train would refuse is refused here, before anything is written.
void check_training(const InitArguments& a, const Project& project, const Dataset& dataset) {
  ModelInfo info;
  info.network = train::spec_of(project, dataset.bands().size(), {}).network;
  for (const BandRequest& band : dataset.bands()) info.bands.push_back({band.name, band.type, 0, 1});
  info.pixel_size_m = project.pixel_size_m;
  info.pad_multiple = std::max<std::int64_t>(32, total_stride(info.network));
  info.classes = project.classes;
  train::check_names(a.output, info);
}

/// As the project has it.
std::string nodata_key(const std::string& src_nodata) {
  const geo::NodataOption option = geo::parse_nodata(src_nodata);
  if (option.ignore) return "none";
  if (!std::isfinite(*option.value))
    throw Error(ErrorCode::usage, "--src-nodata " + src_nodata + ": such values are nodata as they are",
                "leave it out");
  return fmt::format("{}", *option.value);
}

int run_init(InitArguments& a) {
  configure_gdal(std::uint64_t{64} << 20);
  start_messages("terramask init", a.verbosity);
  check_no_model(a.draft.images,
                 "init takes images and --labels; a model to begin from is named with `train --from`");
  for (auto* names : {&a.draft.images, &a.draft.labels}) *names = list_rasters(*names, a.recursive);
  for (auto* names : {&a.draft.images, &a.draft.labels, &a.draft.stack})
    for (std::string& name : *names) name = with_extent(name, chosen_zoom(), {}, "");
  for (const std::string& name : a.draft.images)
    if (without_secrets(name) != name)
      spdlog::warn("{}: the project keeps the key in its name; write it as {{env:NAME}} to keep it out",
                   name);
  std::vector<std::string> inputs = a.draft.images;
  inputs.insert(inputs.end(), a.draft.labels.begin(), a.draft.labels.end());
  if (a.picture.empty())
    a.picture = std::filesystem::path(a.output).replace_extension(".samples.png").string();
  begin_outputs(std::array{a.output, a.picture}, a.overwrite, inputs);
  if (const RasterInfo first = describe_raster(a.draft.images.front());
      first.bands.size() == 1 && !first.classes.empty())
    spdlog::warn(
        "warning: {} looks like a mask: one band with {} classes; images come first, masks after --labels",
        a.draft.images.front(), first.classes.size());
  if (!a.classes.empty()) a.draft.classes = parse_class_requests(a.classes);
  if (!a.ndsm.empty()) a.draft.ndsm = NdsmMember{a.ndsm[0], a.ndsm[1]};
  a.draft.common_pixel_size = !is_set(a, "pixel_size_m");
  if (!a.src_nodata.empty()) a.draft.nodata = nodata_key(a.src_nodata);
  a.draft.nodata_rule = parse_nodata_rule(a.nodata_rule).value_or(NodataRule::automatic);
  std::vector<std::string> notes;
  Project project = draft_project(a.draft, notes);
  if (!a.settings.empty()) project = with_settings(project, a.output, a.settings);
  for (const auto& note : notes) spdlog::info("{}", note);
  ProgressBar bar("terramask init: ");
  DatasetOptions options;
  options.strict = false;
  options.stop = &stop_flag();
  options.progress = progress_sink(a.verbosity, bar);
  const auto dataset = choose_seed(a, project, options);
  bar.finish();
  notes.clear();
  std::vector<std::string> asked;
  for (const keys::Setting& setting : a.settings) asked.push_back(setting.key);
  choose_training(project, *dataset, asked, notes);
  for (const auto& note : notes) spdlog::info("{}", note);
  check_training(a, project, *dataset);
  for (const auto& warning : dataset->warnings()) spdlog::warn("{}", warning);
  write_samples_picture(a.picture, *dataset, a.overwrite);
  write_project(a.output, project, a.overwrite);
  if (a.verbosity.quiet) return 0;
  print_classes(*dataset);
  say("{}\n{}\n", a.output, a.picture);
  return 0;
}

}  // namespace

void init_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<InitArguments>();
  app.add_option("IMAGE", a->draft.images,
                 "Images to train on: rasters, folders, patterns ('tiles/*.tif') and lists (@tiles.txt)")
      ->required()
      ->type_name("");
  OptionGroup options(app);
  options.add_flag("--recursive", a->recursive, "Search subfolders of folders too");
  options
      .add("-l,--labels", a->draft.labels,
           "Label rasters (class values): one for all images, or one per image", "LABELS")
      ->required();
  options.add("-o,--output", a->output, "Output project file", "PROJECT.json")->required();
  options.add("--map", a->classes,
              "Classes of the label values: 0-127=background,128-255=road#ffd400 or 1|2=roof; for labels in "
              "colours '#ffd400=road' (default: each value is a class)",
              "VALUES=CLASS,...");
  options.add("--ignore", a->draft.ignore, "Label values to ignore", "VALUES")
      ->delimiter(',')
      ->check(whole_number(0, 65535));
  options.add("--stack", a->draft.stack, "Rasters to append to each image as additional bands", "FILE");
  options
      .add("--ndsm", a->ndsm,
           "Surface and terrain model; their difference is added to each image as the band ndsm", "DSM DTM")
      ->expected(2);
  add_nodata_options(app, a->src_nodata, a->nodata_rule, a->draft.no_alpha);
  options
      .add("-r,--resolution", a->draft.pixel_size_m,
           "Ground pixel size to resample everything to, in metres (default: that of the images)", "METRES")
      ->check(positive_number());
  options.add("--picture", a->picture, "Picture of samples with their labels (default: next to the project)",
              "OUT.png");
  options.add_flag("--overwrite", a->overwrite, "Overwrite existing files");
  add_project_options(app, a->settings);
  add_verbosity_options(app, a->verbosity);
  app.footer(
      R"(Look at the picture before you train: it shows labels that do not match the image.

Examples:
  terramask init ortho.tif --labels roads.tif -o roads.json
  terramask init tiles/*.png --labels masks/*.png --map 0-127=background,128-255=road -o roads.json
  terramask init ortho.tif --labels roads.tif -o roads.json --width 32 --set training.epochs=80
)");
  run = [a] { return run_init(*a); };
}

}  // namespace terramask::tools
