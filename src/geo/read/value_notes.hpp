// What `info` says of a raster's values.
#pragma once

#include <string>
#include <vector>

#include "terramask/raster_reader.hpp"

namespace terramask::geo {

/// Its nodata rule where that hides other pixels than a viewer does, its alpha where that looks like imagery,
/// values that are not read.
std::vector<std::string> value_notes(const std::string& path, const RasterOptions& raster);

}  // namespace terramask::geo
