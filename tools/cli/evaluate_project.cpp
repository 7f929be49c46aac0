#include "cli/evaluate_project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/evaluate_report.hpp"
#include "common/printing.hpp"
#include "dataset/part_labels.hpp"

namespace terramask::tools {
namespace {

std::vector<BandRequest> bands_of(const Model& model) {
  std::vector<BandRequest> bands;
  for (const ModelBand& band : model.info.bands) bands.push_back({band.name, band.type});
  return bands;
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

}  // namespace

Part parse_part(const std::string& name) {
  for (const Part part : {Part::training, Part::validation, Part::test})
    if (name == to_string(part)) return part;
  throw Error(ErrorCode::usage, fmt::format("--part {}: no part of a project", name),
              "the parts are training, validation and test");
}

ProjectPart project_part(const std::string& project_path, const Dataset& dataset, Part part,
                         const Model& model, const HiddenFolder& folder, const StopFlag* stop) {
  ProjectPart found;
  for (std::size_t image = 0; image < dataset.images(); ++image) {
    if (!holds_part(dataset, image, part)) continue;
    found.rasters.push_back(image_options(dataset.project(), image, bands_of(model)));
    const std::vector<std::string>& paths = found.rasters.back().paths;
    found.names.push_back(paths.empty() ? dataset.name(image) : paths.front());  // a picture shows one raster
    found.references.push_back(folder.file(fmt::format("{}-{}.tif", to_string(part), image + 1)));
    found.labels.push_back(fmt::format("{}, {} part, image {}", file_name(project_path), to_string(part),
                                       dataset.project().images[image].id));
    write_part_labels(found.references.back(), dataset, image, part, stop);
  }
  if (found.names.empty())
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: its {} part has no labelled pixel", project_path, to_string(part)),
                "choose other split.fractions, a smaller split.block_m or another split.seed");
  return found;
}

std::vector<EvaluationReport> judge_parts(const JudgeOptions& options, const Dataset& dataset,
                                          const std::vector<Part>& parts) {
  const HiddenFolder folder("terramask-judge", options.beside);
  Segmenter segmenter(load_model(options.model), options.executor);
  const Model& model = segmenter.model();
  std::map<std::size_t, EvaluationPair> masks;
  for (std::size_t image = 0; image < dataset.images(); ++image) {
    if (std::ranges::none_of(parts, [&](Part part) { return holds_part(dataset, image, part); })) continue;
    SegmentOptions segment;
    segment.raster = image_options(dataset.project(), image, bands_of(model));
    segment.output = folder.file(fmt::format("mask-{}.tif", image + 1));
    segment.grid = OutputGrid::model;
    segment.probability_type = ProbabilityType::float32;
    if (options.sweep) segment.probabilities = folder.file(fmt::format("probabilities-{}.tif", image + 1));
    segment.memory_limit = options.executor.memory_limit;
    (void)segmenter.run(segment, options.progress, options.stop);
    EvaluationPair& pair = masks[image];
    pair.mask = segment.output;
    pair.probabilities = segment.probabilities;
    pair.label = dataset.name(image);
  }
  std::vector<EvaluationReport> reports(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    reports[i].classes = model.info.classes;
    reports[i].matrix = ConfusionMatrix(model.info.classes.size());
    EvaluationOptions evaluation;
    for (auto& [image, pair] : masks) {
      if (!holds_part(dataset, image, parts[i])) continue;
      pair.reference = folder.file(fmt::format("{}-{}.tif", to_string(parts[i]), image + 1));
      write_part_labels(pair.reference, dataset, image, parts[i], options.stop);
      evaluation.pairs.push_back(pair);
    }
    if (!evaluation.pairs.empty()) reports[i] = evaluate(evaluation, options.progress, options.stop);
  }
  return reports;
}

void print_parts(const std::vector<Part>& parts, const std::vector<EvaluationReport>& reports) {
  std::size_t widest = 8;
  for (const ClassInfo& one : reports.front().classes) widest = std::max(widest, one.name.size());
  std::string head = fmt::format("{:<{}}", "", widest), columns = fmt::format("{:<{}}", "class", widest);
  for (const Part part : parts) {
    head += fmt::format("  {:<36}", to_string(part));
    columns += "  precision   recall       F1      IoU";
  }
  head.erase(head.find_last_not_of(' ') + 1);
  say("{}\n{}\n", head, columns);
  std::vector<Scores> scores;
  for (const EvaluationReport& report : reports) scores.push_back(report.matrix.scores());
  const auto figures = [](const auto& of) {
    return fmt::format("  {:>9}  {:>7}  {:>7}  {:>7}", score_text(of.precision), score_text(of.recall),
                       score_text(of.f1), score_text(of.iou));
  };
  for (std::size_t c = 0; c < reports.front().classes.size(); ++c) {
    std::string line = fmt::format("{:<{}}", reports.front().classes[c].name, widest);
    for (const Scores& of : scores) line += figures(of.classes[c]);
    say("{}\n", line);
  }
  std::string mean = fmt::format("{:<{}}", "mean", widest),
              accuracy = fmt::format("{:<{}}", "accuracy", widest);
  for (const Scores& of : scores) {
    mean += figures(of.macro);
    accuracy += fmt::format("  {:>9}{:27}", score_text(of.overall), "");
  }
  accuracy.erase(accuracy.find_last_not_of(' ') + 1);
  say("{}\n{}\n", mean, accuracy);
}

}  // namespace terramask::tools
