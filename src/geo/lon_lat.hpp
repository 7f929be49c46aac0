// A window of a grid in longitude and latitude (WGS 84), as GeoJSON wants it.
#pragma once

#include <array>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// A closed ring around the window, counterclockwise, with points along its edges where these are not
/// straight. Empty where the grid has no place on Earth.
std::vector<std::array<double, 2>> lon_lat_ring(const Grid& grid, const Window& window);

/// The EPSG code of a CRS; 0 where it has none.
int epsg_code(const std::string& wkt);

}  // namespace terramask::geo
