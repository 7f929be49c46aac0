// What `info` reports about a raster's values.
#pragma once

#include <string>
#include <vector>

#include "terramask/raster_reader.hpp"

namespace terramask::geo {

/// Notes on a nodata rule that hides other pixels than a viewer does, an alpha band that looks like imagery,
/// and values that are not read.
std::vector<std::string> value_notes(const std::string& path, const RasterOptions& raster);

}  // namespace terramask::geo
