// What `terramask evaluate` compares, and what it writes.
#pragma once

#include <string>
#include <vector>

#include "cli/messages.hpp"
#include "cli/raster_arguments.hpp"
#include "common/device_options.hpp"
#include "terramask/evaluate.hpp"

namespace terramask::tools {

struct EvaluateArguments {
  std::vector<std::string> inputs;     ///< masks; with a model the images that it is to segment
  std::string project, part;           ///< whose images and labels take the inputs' and references' place
  std::vector<RasterOptions> rasters;  ///< with a project: how to read the images
  std::string model;
  std::vector<std::string> references, probabilities, images;
  EvaluationOptions options;
  std::string errors, json, html;
  bool store_threshold = false;
  RasterArguments raster;
  DeviceArguments device;
  std::string cache = "64M";
  Verbosity verbosity;
};

/// Pairs with the paths as given; with a model `mask` and `probabilities` stay empty. Throws ErrorCode::usage
/// where the arguments do not fit each other.
std::vector<EvaluationPair> make_pairs(const EvaluateArguments& arguments);

/// Empty where none is written.
std::string first_output(const EvaluateArguments& arguments);

/// Checks that all that is to be written may be, and makes the folder of --errors DIR/.
void prepare_outputs(const EvaluateArguments& arguments, const std::vector<EvaluationPair>& pairs);

}  // namespace terramask::tools
