// The arguments of `terramask region`, and the job and run they mean.
#pragma once

#include <CLI/CLI.hpp>
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
  RegionJob job;  ///< what is in it as it is typed
  std::vector<double> bounds, grid_origin;
  std::string probabilities = "none";
  bool vectorize = false;
  std::string simplify = "0", min_area = "0";
  RegionZones zones;
  BackgroundArguments background;
  std::vector<CLI::Option*> of_job;  ///< what a job file says instead

  std::string output;
  RegionRun run;  ///< the same
  bool resume = false, restart = false, finish = false, dry_run = false;
  std::string on_error = "skip", fingerprint = "header", shard;
  std::string json;
  std::string job_file;  ///< to be written
  bool overwrite = false;
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

/// Writes the job that the arguments mean as a job file (--write-job), and says so.
void write_job(const RegionArguments& arguments);

}  // namespace terramask::tools
