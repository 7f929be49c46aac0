// The grid on which a region is written.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>

#include "terramask/grid.hpp"

namespace terramask::geo {

struct GridRequest {
  std::string crs;                              ///< as the user gave it; empty: the first source's
  std::optional<double> pixel_size;             ///< in units of the CRS; empty: the first source's
  std::optional<std::array<double, 2>> origin;  ///< x and y of a pixel's corner; empty: see below
};

/// North up, around all sources. If CRS and pixel size are the first source's, pixels align with its lattice,
/// otherwise with multiples of the pixel size, unless an origin is specified.
/// @throws Error usage (the CRS, the pixel size), unsupported if the grid would exceed the maximum raster
/// size
Grid region_grid(const GridRequest& request, std::span<const Grid> sources);

}  // namespace terramask::geo
