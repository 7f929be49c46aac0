// The arguments of `terramask region`, and the job and run they mean.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/background_options.hpp"
#include "cli/messages.hpp"
#include "cli/raster_arguments.hpp"
#include "common/device_options.hpp"
#include "terramask/region.hpp"

namespace terramask::tools {

struct RegionArguments {
  std::vector<std::string> inputs;  ///< JOB.json, or MODEL and sources
  std::string priority = "last";
  bool recursive = false;
  RasterArguments raster;
  std::vector<std::string> stack;
  std::vector<double> bounds;
  std::string bounds_crs, polygons;
  std::string grid_crs;
  std::optional<double> grid_pixel_size;
  std::vector<double> grid_origin;
  std::optional<std::int64_t> tile;
  std::string probabilities = "none";
  bool vectorize = false;
  std::string simplify = "0", min_area = "0";
  RegionZones zones;
  std::optional<double> threshold;
  BackgroundArguments background;
  std::vector<std::string> creation_options;
  std::string datetime;
  std::vector<CLI::Option*> of_job;  ///< what a job file says instead

  std::string output;
  bool resume = false, restart = false, drop_missing = false, finish = false, dry_run = false;
  std::string on_error = "skip", fingerprint = "header", shard;
  std::string json;
  std::string job_file;  ///< to be written
  bool overwrite = false;
  int retries = 1, workers = 0;
  std::int64_t patch = 0;
  DeviceArguments device;
  std::string cache = "64M";
  Verbosity verbosity;
};

void add_region_options(CLI::App& app, RegionArguments& arguments);

/// Throws ErrorCode::usage for arguments that contradict each other, and what check_output throws of files
/// that would be written in the end.
void check_arguments(const RegionArguments& arguments);

/// Throws ErrorCode::usage where the arguments do not fit each other.
RegionJob make_job(const RegionArguments& arguments);
RegionRun make_run(const RegionArguments& arguments);

}  // namespace terramask::tools
