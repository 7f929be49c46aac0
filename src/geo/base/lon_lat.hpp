// A window of a grid in longitude and latitude (WGS 84), as GeoJSON requires (RFC 7946).
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::geo {

struct LonLatPlace {
  using Ring = std::vector<std::array<double, 2>>;
  /// Closed, counterclockwise, longitudes from -180 to 180. One ring, or two if the window crosses the 180th
  /// meridian, one on either side.
  std::vector<Ring> rings;
  /// West, south, east, north; west is larger than east if the window crosses the 180th meridian.
  std::array<double, 4> box{};
};

/// @param steps  points per side of the window, because its edges may be curved
/// @return empty if the grid is not tied to the Earth
std::optional<LonLatPlace> lon_lat_place(const Grid& grid, const Window& window, int steps = 4);

/// The EPSG code of a CRS; 0 if it has none.
int epsg_code(const std::string& wkt);

}  // namespace terramask::geo
