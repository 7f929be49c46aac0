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
  std::vector<std::string> ndsm;  ///< surface and terrain, or empty

  RasterOptions options(std::vector<std::string> paths) const;
};

/// Adds --ndsm, --bands, --resample, --crs, --pixel-size and --src-nodata.
void add_raster_options(CLI::App& app, RasterArguments& arguments);

}  // namespace terramask::tools
