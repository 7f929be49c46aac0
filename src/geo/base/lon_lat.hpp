// A window of a grid in longitude and latitude (WGS 84), as GeoJSON wants it (RFC 7946).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::geo {

struct LonLatPlace {
  using Ring = std::vector<std::array<double, 2>>;
  /// Closed, counterclockwise, longitudes from -180 to 180: one, or, where the place lies across the 180th
  /// meridian, one on either side of it.
  std::vector<Ring> rings;
  /// West, south, east, north; across the 180th meridian west is larger than east.
  std::array<double, 4> box{};
};

/// @param steps  points on each side of the window, whose edges are bent there
/// @return empty where the grid has no place on Earth
std::optional<LonLatPlace> lon_lat_place(const Grid& grid, const Window& window, int steps = 4);

/// The EPSG code of a CRS; 0 where it has none.
int epsg_code(const std::string& wkt);

}  // namespace terramask::geo
