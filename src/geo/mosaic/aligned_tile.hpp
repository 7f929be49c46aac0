// A tile that lies on another grid, seen on this one.
#pragma once

#include <string>

#include "geo/read/file_facts.hpp"

namespace terramask::geo {

/// Whether a tile's pixels are those of the grid, wherever it lies.
bool on_grid(const Grid& tile, const Grid& grid);

/// A virtual raster (it lives as long as the process) of the tile's pixels on the grid of `first`.
/// @param classes  class values: nearest, or by mode where the tile's pixels are less than half as large;
/// else bilinear,
///                 or an average
/// @throws Error unsupported (a rotated grid, a tile without CRS), mismatch (no place in the grid's CRS)
std::string align_tile(const FileFacts& tile, const FileFacts& first, bool classes);

}  // namespace terramask::geo
