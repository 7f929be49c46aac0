// Memory needed to write a COG: that of whole tiles, not only of the pixels in them.
#pragma once

#include <cstdint>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Side of the working file's tiles along an axis: that of the COG's, but at most the raster's extent.
std::int64_t working_tile(std::int64_t extent);

struct WriterMemory {
  std::uint64_t working = 0;  ///< of the working file with its overviews
  bool in_memory = false;     ///< whether that file is kept in memory
  std::uint64_t cached = 0;   ///< blocks of the COG and its overviews in GDAL's cache
};

/// @param pixel_bytes bytes per pixel of all bands
/// @param block       side of the COG's blocks
WriterMemory writer_memory(const Grid& grid, std::int64_t pixel_bytes, std::int64_t block);

}  // namespace terramask::geo
