// terramask evaluate: how good a mask, or a model, is.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "cli/evaluate_model.hpp"
#include "cli/evaluate_pairs.hpp"
#include "cli/evaluate_project.hpp"
#include "cli/evaluate_report.hpp"
#include "cli/file_kinds.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "terramask/gdal.hpp"
#include "terramask/model.hpp"
#include "terramask/tiles.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kEvaluateFooter =
    R"(Compares masks with reference data: label rasters (of any grid and CRS), polygons, or sample points.
With --model the inputs are images, which are segmented first. One reference can serve all inputs. Name the
inputs first and their references after them, in the same order.

A value of the reference is matched to the class of that value, or name, in the mask; --map overrides this.
Pixels that are nodata in the reference are not evaluated; if only the mask is nodata, it is an error.

With --project and --part the images and labels come from that part of a project.

Examples:
  terramask evaluate mask.tif --reference labels.tif
  terramask evaluate --project roads.json --part test --model roads.safetensors --html roads.html
  terramask evaluate mask.tif --reference roads.tif --map 255=road --erode 3 --slack 3 --errors errors.tif
  terramask evaluate mask.tif --reference cover.gpkg --attribute class --html report.html --image ortho.tif
  terramask evaluate --model roads.safetensors a.tif b.tif --reference la.tif lb.tif --store-threshold
  terramask evaluate --model trees.safetensors ortho.tif --ndsm dsm.tif dtm.tif --reference trees.gpkg
  terramask evaluate mask.tif --points samples.gpkg --attribute class
)";

void add_reference_options(CLI::App& app, EvaluateArguments& a) {
  OptionGroup input(app, "Input");
  app.add_option("INPUT", a.inputs, "Masks; with --model, images")->type_name("");
  CLI::Option* project =
      input.add("--project", a.project, "Use the images and labels of a project instead", "PROJECT.json");
  CLI::Option* part = input.add_choice("--part", a.part, "Part of the project to evaluate",
                                       {"training", "validation", "test"});
  project->needs(part);
  part->needs(project);
  input.add("--model", a.model, "Model to segment the inputs with", "FILE");
  input.add("--reference", a.references, "Label rasters or polygons: one for all inputs, or one per input",
            "FILE...");
  input.add("--points", a.options.points, "Sample points: accuracy and area with confidence intervals",
            "FILE");
  input.add("--attribute", a.options.attribute, "Field of polygons or points that holds the class", "NAME");
  input.add("--layer", a.options.layer, "Layer of polygons or points, if the file has several", "NAME");
  input.add("--background", a.options.background, "Class outside the polygons (default: not evaluated)",
            "CLASS");
  input.add_repeated("--map", a.options.map,
                     "Class of a value or label of the reference: 255=road; repeatable", "REFVALUE=CLASS");
  input.add_list("--ignore", a.options.ignore, "Values or labels of the reference to ignore: 255 or 254,255",
                 "VALUES");
  input.add_list("--mask-map", a.options.classes,
                 "Classes of the mask's values, if it does not name them: 0=background,1=road",
                 "VALUE=CLASS");
  input.add("--probabilities", a.probabilities, "Probabilities of the masks: adds a sweep over thresholds",
            "FILE...");
  input.add("--image", a.images, "Images of the masks, shown with the worst patches", "FILE...");
  add_raster_options(app, a.raster);
}

void add_measure_options(CLI::App& app, EvaluateArguments& a) {
  OptionGroup measures(app, "Measures");
  measures.add("--class", a.options.positive,
               "Class of the sweep and the error raster (with two classes: the second)", "CLASS");
  measures
      .add("--erode", a.options.erode,
           "Also measure without reference pixels within N pixels of another class (ISPRS)", "N")
      ->check(whole_number(1, kMostDistance));
  measures
      .add("--slack", a.options.slack,
           "Also measure with a tolerance of N pixels: relaxed precision and recall (Mnih 2013)", "N")
      ->check(whole_number(1, kMostDistance));
  measures.add_flag("--store-threshold", a.store_threshold,
                    "Store the threshold of the best F1 in the model file; `segment` uses it");
}

void add_output_options(CLI::App& app, EvaluateArguments& a) {
  OptionGroup output(app, "Output"), work(app, "Work");
  output.add("--json", a.json, "Write all results as JSON", "FILE");
  output.add("--html", a.html, "Write a web page with the matrix, curves and the worst patches", "FILE");
  output.add("--errors", a.errors, "Write a raster of right and wrong pixels; a folder for several inputs",
             "OUT.tif|DIR/");
  output.add_flag("--overwrite", a.options.overwrite, "Overwrite existing outputs");
  work.add_shown("--cache", a.cache, "Size of GDAL's block cache", "BYTES");
}

EvaluationOptions evaluation_options(const EvaluateArguments& a, std::vector<EvaluationPair> pairs) {
  EvaluationOptions options = a.options;
  options.pairs = std::move(pairs);
  options.patches = !a.html.empty();
  return options;
}

void write_outputs(const EvaluateArguments& a, const EvaluationReport& report) {
  if (!a.json.empty()) write_report(a.json, without_secrets(report_json(report)), a.options.overwrite);
  if (a.html.empty()) return;
  const std::string subject = a.model.empty() ? a.inputs.front() : a.model;
  write_report(a.html,
               without_secrets(report_html(
                   report, "How good is " + std::filesystem::path(subject).filename().string() + "?")),
               a.options.overwrite);
}

/// A project's part in place of inputs and references.
class JudgedPart {
 public:
  explicit JudgedPart(EvaluateArguments& a) : folder_("terramask-part", first_output(a)) {
    DatasetOptions options;
    options.strict = false;
    options.cache_bytes = 0;
    options.stop = &stop_flag();
    ProgressBar bar("");
    options.progress = progress_sink(a.verbosity, bar);
    const Dataset dataset(read_project(a.project), options);
    bar.finish();
    for (const std::string& warning : dataset.warnings()) spdlog::warn("warning: {}", warning);
    ProjectPart found =
        project_part(a.project, dataset, parse_part(a.part), load_model(a.model), folder_, &stop_flag());
    a.inputs = std::move(found.names);
    a.references = std::move(found.references);
    a.rasters = std::move(found.rasters);
    labels_ = std::move(found.labels);
  }

  /// References under names that mean something tomorrow.
  void name(EvaluationReport& report) const {
    for (std::size_t i = 0; i < report.pairs.size(); ++i) report.pairs[i].reference = labels_.at(i);
  }

 private:
  HiddenFolder folder_;
  std::vector<std::string> labels_;
};

void check_project(const EvaluateArguments& a) {
  if (a.project.empty()) {
    if (a.inputs.empty())
      throw Error(ErrorCode::usage, "no mask and no image is named",
                  "name masks, with --model images, or --project and --part");
    return;
  }
  if (a.model.empty()) throw Error(ErrorCode::usage, "--project needs a model", "name it with --model");
  const RasterArguments& r = a.raster;
  const std::initializer_list<std::pair<const char*, bool>> given{
      {"INPUT", !a.inputs.empty()},
      {"--reference", !a.references.empty()},
      {"--points", !a.options.points.empty()},
      {"--attribute", !a.options.attribute.empty()},
      {"--layer", !a.options.layer.empty()},
      {"--background", !a.options.background.empty()},
      {"--probabilities", !a.probabilities.empty()},
      {"--ndsm", !r.ndsm.empty()},
      {"--bands", !r.typed.band_override.empty()},
      {"--crs", !r.typed.crs.empty()},
      {"--resample", r.resample != "auto"},
      {"--pixel-size", r.typed.assumed_pixel_size_m.has_value()},
      {"--src-nodata", !r.typed.src_nodata.empty()}};
  for (const auto& [option, told] : given)
    if (told)
      throw Error(ErrorCode::usage, fmt::format("{}: with --project it comes from the project", option),
                  "leave one of them out");
}

/// Masks and images are inputs; a model has an option of its own.
void check_models(const EvaluateArguments& a) {
  if (!a.model.empty() && !is_model(a.model) && std::ranges::any_of(a.inputs, is_model))
    throw Error(ErrorCode::usage,
                fmt::format("--model {} is a raster and {} a model", a.model,
                            *std::ranges::find_if(a.inputs, is_model)),
                "name the model with --model, and the images it is to segment as inputs");
  check_no_model(a.inputs, "name it with --model, and the images it is to segment as inputs");
}

int evaluate_inputs(EvaluateArguments& a) {
  start_messages("terramask evaluate", a.verbosity);
  configure_gdal(parse_bytes(a.cache, "--cache"));
  check_project(a);
  check_models(a);
  std::unique_ptr<JudgedPart> judged;
  if (!a.project.empty()) judged = std::make_unique<JudgedPart>(a);
  std::vector<EvaluationPair> pairs = make_pairs(a);
  prepare_outputs(a, pairs);

  std::unique_ptr<SegmentedInputs> segmented;
  if (!a.model.empty()) segmented = std::make_unique<SegmentedInputs>(a, pairs);
  ProgressBar bar("");
  EvaluationReport report =
      evaluate(evaluation_options(a, pairs), progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  if (judged) judged->name(report);

  // The reports that are written show them too.
  report.warnings = with_options(std::move(report.warnings));
  for (const std::string& warning : report.warnings) spdlog::warn("warning: {}", warning);
  if (report.sampled)
    for (const std::string& warning : report.sampled->warnings) spdlog::warn("warning: {}", warning);
  write_outputs(a, report);
  if (a.store_threshold) {
    if (!report.sweep)
      throw Error(ErrorCode::usage, "--store-threshold: points make no sweep",
                  "name a reference raster or polygons with --reference");
    store_threshold(a.model, report.sweep->best.threshold);
    spdlog::info("{}: threshold {} stored", a.model, report.sweep->best.threshold);
  }
  if (a.verbosity.quiet) return 0;
  print_report(report);
  for (const std::string& path : {a.json, a.html})
    if (!path.empty()) say("{}\n", path);
  for (const PairReport& pair : report.pairs)
    if (!pair.errors.empty()) say("{}\n", pair.errors);
  return 0;
}

}  // namespace

void evaluate_options(CLI::App& app, std::function<int()>& run) {
  const auto arguments = std::make_shared<EvaluateArguments>();
  add_reference_options(app, *arguments);
  add_measure_options(app, *arguments);
  add_output_options(app, *arguments);
  add_device_options(app, arguments->device);
  add_verbosity_options(app, arguments->verbosity);
  app.footer(kEvaluateFooter);
  run = [arguments] { return evaluate_inputs(*arguments); };
}

}  // namespace terramask::tools
