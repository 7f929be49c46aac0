// A project's validation or test part as what `evaluate` compares: its images, and its labels there.
#pragma once

#include <string>
#include <vector>

#include "cli/hidden_folder.hpp"
#include "dataset/dataset.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/segment.hpp"

namespace terramask::tools {

/// The images that hold labels of a part.
struct ProjectPart {
  std::vector<std::string> names;       ///< of the images' first rasters
  std::vector<RasterOptions> rasters;   ///< how a model is to read them
  std::vector<std::string> references;  ///< label rasters that hold nothing but the part
  std::vector<std::string> labels;      ///< what reports call the references
};

/// Writes the label rasters into `folder`. Throws mismatch where the part has no labelled pixel.
ProjectPart project_part(const std::string& project_path, const Dataset& dataset, Part part,
                         const Model& model, const HiddenFolder& folder, const StopFlag* stop);

/// "training", "validation" or "test".
Part parse_part(const std::string& name);

struct JudgeOptions {
  std::string project_path, model;
  std::string beside;  ///< a file beside which masks may lie meanwhile
  ExecutorOptions executor;
  bool sweep = false;  ///< over thresholds
  ProgressSink progress{};
  const StopFlag* stop = nullptr;
};

/// How good a model is on parts of a project, each part's report in its place: what `evaluate --project`
/// finds. Parts without a labelled pixel have a report without pixels.
std::vector<EvaluationReport> judge_parts(const JudgeOptions& options, const Dataset& dataset,
                                          const std::vector<Part>& parts);

/// Precision, recall, F1 and IoU by class, the parts side by side.
void print_parts(const std::vector<Part>& parts, const std::vector<EvaluationReport>& reports);

}  // namespace terramask::tools
