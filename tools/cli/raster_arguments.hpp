// The options that say how a raster is to be understood; the same for segment, evaluate
// and info.
#pragma once

#include <CLI/CLI.hpp>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "common/option_group.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::tools {

struct RasterArguments {
  RasterOptions typed;  ///< what is in it as it is typed
  std::string resample = "auto", nodata_rule;
  std::vector<std::string> ndsm;  ///< surface and terrain, or empty

  RasterOptions options(std::vector<std::string> paths) const;
};

/// What --stack names: one value is a list with commas, unless there is a file of that very name; of several
/// each is a name, commas and all.
std::vector<std::string> stack_names(const std::vector<std::string>& values);

/// Adds --src-nodata, --nodata-rule and --no-src-alpha, which init has too.
void add_nodata_options(CLI::App& app, std::string& src_nodata, std::string& rule, bool& no_alpha);

/// Adds --bounds, --bounds-crs and --cutline.
/// @param whose  CRS the bounds are in where none is named: "raster"
void add_area_options(OptionGroup& group, std::vector<double>& bounds, std::string& bounds_crs,
                      std::string& cutline, const std::string& whose);

/// XMIN, YMIN, XMAX, YMAX of --bounds; throws ErrorCode::usage for another number of them.
std::optional<std::array<double, 4>> box_of(const std::vector<double>& bounds);

/// Adds --ndsm, --bands, --resample, --crs, --pixel-size, and the nodata options.
void add_raster_options(CLI::App& app, RasterArguments& arguments);

}  // namespace terramask::tools
