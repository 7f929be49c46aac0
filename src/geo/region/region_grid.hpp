// The grid on which a region is written.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "terramask/grid.hpp"

namespace terramask::geo {

struct GridRequest {
  std::string crs;                              ///< as a person gives it; empty: the first source's
  std::optional<double> pixel_size;             ///< in units of the CRS; empty: the first source's
  std::optional<std::array<double, 2>> origin;  ///< x and y of a pixel's corner; empty: see below
};

/// North up, around all sources. Its pixels lie on the first source's lattice where CRS and pixel size are
/// that one's, else on multiples of the pixel size, unless an origin is named.
/// @throws Error usage (the CRS, the pixel size), unsupported where the grid would be larger than a raster
/// can be
Grid region_grid(const GridRequest& request, std::span<const Grid> sources);

}  // namespace terramask::geo
