// Resamples a tile with another grid to this grid.
#pragma once

#include <string>

#include "geo/read/file_facts.hpp"

namespace terramask::geo {

/// Whether a tile's pixels align with those of the grid, regardless of its position.
bool on_grid(const Grid& tile, const Grid& grid);

/// A virtual raster (it lives as long as the process) of the tile's pixels on the grid of `first`.
/// @param classes  class values: nearest, or mode if the tile's pixels are less than half as large; otherwise
/// bilinear, or average
/// @throws Error unsupported (a rotated grid, a tile without CRS), mismatch (cannot be transformed to the
/// grid's CRS)
std::string align_tile(const FileFacts& tile, const FileFacts& first, bool classes);

}  // namespace terramask::geo
