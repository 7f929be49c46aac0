// Memory that the writing of a COG takes: of tiles, which are held whole, not of the pixels in them alone.
#pragma once

#include <cstdint>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Side of the working file's tiles along an axis: as large as the COG's, but no larger than the raster.
std::int64_t working_tile(std::int64_t extent);

struct WriterMemory {
  std::uint64_t working = 0;  ///< of the working file with its overviews
  bool in_memory = false;     ///< whether that file is kept in memory
  std::uint64_t cached = 0;   ///< blocks of the COG and its overviews, which go through GDAL's cache
};

/// @param pixel_bytes of all bands
/// @param block       side of the COG's blocks
WriterMemory writer_memory(const Grid& grid, std::int64_t pixel_bytes, std::int64_t block);

}  // namespace terramask::geo
