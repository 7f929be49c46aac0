// What `terramask info` tells of a raster.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "terramask/raster_info.hpp"

namespace terramask::tools {

std::string describe(const RasterInfo& raster);
nlohmann::ordered_json as_json(const RasterInfo& raster);

}  // namespace terramask::tools
