// Which rasters `terramask segment` takes together, and what it writes for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/background_options.hpp"
#include "cli/messages.hpp"
#include "cli/raster_arguments.hpp"
#include "common/device_options.hpp"
#include "terramask/segment.hpp"

namespace terramask::tools {

struct SegmentArguments {
  std::string model;
  std::vector<std::string> rasters;
  std::vector<std::string> stack;
  bool mosaic = false, recursive = false;
  RasterArguments raster;
  std::vector<double> bounds;
  SegmentOptions options;
  std::string output, grid = "input";
  std::string probabilities, probability_type = "byte";
  std::string picture;
  BackgroundArguments background;
  DeviceArguments device;
  std::string cache = "64M";
  bool dry_run = false;
  Verbosity verbosity;
};

/// One run of the segmenter: one image, whatever number of files it is made of.
struct SegmentRequest {
  std::string name;  ///< for messages
  SegmentOptions options;
  std::string picture;  ///< path of the PNG; empty: none
};

/// The requests, in the order of the rasters; all outputs have names of their own. Throws ErrorCode::usage
/// where the arguments do not fit each other.
/// @param rule of nodata, for a mosaic, where the arguments name none
std::vector<SegmentRequest> make_requests(const SegmentArguments& arguments,
                                          NodataRule rule = NodataRule::automatic);

/// Checks that every output may be written and makes the folder of `-o DIR/` where it is not there. With
/// --dry-run nothing is made.
void prepare_outputs(const SegmentArguments& arguments, const std::vector<SegmentRequest>& requests);

}  // namespace terramask::tools
