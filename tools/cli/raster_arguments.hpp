// The options that say how a raster is to be understood; the same for segment, evaluate
// and info.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "terramask/raster_reader.hpp"

namespace terramask::tools {

struct RasterArguments {
  std::vector<std::string> bands;
  std::string resample = "auto";
  std::string crs;
  std::optional<double> pixel_size;
  std::string src_nodata;
  std::string nodata_rule;
  bool no_alpha = false;
  std::vector<std::string> ndsm;  ///< surface and terrain, or empty

  RasterOptions options(std::vector<std::string> paths) const;
};

/// What --stack names: one value is a list with commas, unless there is a file of that very name; of several
/// each is a name, commas and all.
std::vector<std::string> stack_names(const std::vector<std::string>& values);

/// Adds --src-nodata, --nodata-rule and --no-src-alpha, which init has too.
void add_nodata_options(CLI::App& app, std::string& src_nodata, std::string& rule, bool& no_alpha);

/// Adds --ndsm, --bands, --resample, --crs, --pixel-size, and the nodata options.
void add_raster_options(CLI::App& app, RasterArguments& arguments);

}  // namespace terramask::tools
