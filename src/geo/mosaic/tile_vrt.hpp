// The tiles of a region as one virtual raster.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask::geo {

struct VrtTile {
  std::string path;  ///< relative to the VRT's folder
  Window window;     ///< of the grid
};

/// A VRT of masks, with palette, category names and the classes' metadata item, which gdalbuildvrt omits.
/// @param block side of the tiles' blocks
std::string mask_vrt(const Grid& grid, std::span<const ClassInfo> classes, std::span<const VrtTile> tiles,
                     int block);

/// A VRT of probabilities, one band per class.
std::string probability_vrt(const Grid& grid, std::span<const ClassInfo> classes, ProbabilityType type,
                            std::span<const VrtTile> tiles, int block);

}  // namespace terramask::geo
