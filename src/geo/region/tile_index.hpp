// The tiles of a region as a vector layer: their positions and results.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "terramask/grid.hpp"

namespace terramask::geo {

struct IndexedTile {
  std::string name;
  std::string location;  ///< path of the mask, relative to the index; empty if there is none
  std::string status, cause;
  std::int64_t row = 0, column = 0;
  Window window;  ///< of the grid
  std::optional<double> valid_share, confidence, seconds;
  std::int64_t runs = 0;
};

/// Writes a GeoPackage with the layer "tiles" in the grid's CRS, whole or not at all; an existing one is
/// replaced. The field "location" makes it a tile index as written by gdaltindex, which terramask also reads.
void write_tile_index(const std::string& path, const Grid& grid, std::span<const IndexedTile> tiles);

}  // namespace terramask::geo
