#include "cli/evaluate_model.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "cli/outputs.hpp"
#include "cli/stop.hpp"
#include "terramask/tiles.hpp"

namespace terramask::tools {
namespace fs = std::filesystem;
namespace {

/// Whether a sweep is possible: the model has two classes, or one of them was chosen.
bool wants_sweep(const EvaluateArguments& a, const Model& model) {
  return !a.references.empty() && (model.info.classes.size() == 2 || !a.options.positive.empty());
}

void check_store_threshold(const EvaluateArguments& a, const Model& model) {
  if (!a.store_threshold) return;
  const std::vector<ClassInfo>& classes = model.info.classes;
  const bool second = a.options.positive.empty() || a.options.positive == classes.back().name ||
                      a.options.positive == std::to_string(classes.back().value);
  if (classes.size() != 2 || !second)
    throw Error(ErrorCode::usage,
                fmt::format("--store-threshold: {} has {} classes", a.model, classes.size()) +
                    (classes.size() == 2 ? fmt::format(", and the threshold is of {}", classes[1].name) : ""),
                "a threshold needs two classes, and applies to the second");
}

}  // namespace

SegmentedInputs::SegmentedInputs(const EvaluateArguments& a, std::vector<EvaluationPair>& pairs) {
  Model model = load_model(a.model);
  for (const std::string& warning : model.warnings) spdlog::warn("warning: {}: {}", a.model, warning);
  check_store_threshold(a, model);
  Segmenter segmenter(std::move(model), a.device.options());
  spdlog::info("computing on {}", segmenter.device_name());
  folder_ = std::make_unique<HiddenFolder>("terramask-evaluate", first_output(a));
  segment(a, segmenter, pairs);
}

SegmentedInputs::~SegmentedInputs() = default;

void SegmentedInputs::segment(const EvaluateArguments& a, Segmenter& segmenter,
                              std::vector<EvaluationPair>& pairs) const {
  ProgressBar bar("");
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    // In folders of their own: two images may have one name.
    const fs::path own = folder_->path() / std::to_string(i + 1);
    fs::create_directory(own);
    SegmentOptions options;
    options.raster = a.rasters.empty() ? a.raster.options({a.inputs[i]}) : a.rasters[i];
    // A project's labels lie on the grid that the model sees.
    if (!a.rasters.empty()) options.grid = OutputGrid::model;
    options.output = (own / "mask.tif").string();
    // Four bytes: the threshold found is then exactly what `segment` would compare with.
    options.probability_type = ProbabilityType::float32;
    if (wants_sweep(a, segmenter.model())) options.probabilities = (own / "probabilities.tif").string();
    options.memory_limit = a.device.options().memory_limit;
    bar.relabel(pairs.size() == 1 ? "" : fmt::format("{} ({} of {}): ", a.inputs[i], i + 1, pairs.size()));
    const SegmentSummary summary = segmenter.run(options, progress_sink(a.verbosity, bar), &stop_flag());
    bar.finish();
    for (const std::string& warning : summary.warnings) spdlog::warn("warning: {}", warning);
    pairs[i].mask = options.output;
    pairs[i].label = without_secrets(a.inputs[i]);
    pairs[i].probabilities = options.probabilities;
  }
}

}  // namespace terramask::tools
