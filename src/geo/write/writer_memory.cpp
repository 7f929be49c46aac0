#include "geo/write/writer_memory.hpp"

#include <algorithm>

namespace terramask::geo {
namespace {

/// Working files up to this size are kept in memory.
constexpr std::uint64_t kMostInMemory = std::uint64_t{32} << 20;
constexpr std::int64_t kOverviewTile = 128;  // GDAL's own

/// Number of pixels in the tiles of a raster.
std::uint64_t padded(std::int64_t width, std::int64_t height, std::int64_t across, std::int64_t down) {
  const auto in_tiles = [](std::int64_t extent, std::int64_t tile) {
    return (extent + tile - 1) / tile * tile;
  };
  return static_cast<std::uint64_t>(in_tiles(width, across)) *
         static_cast<std::uint64_t>(in_tiles(height, down));
}

/// The same for all overviews, each half the size of the previous one.
std::uint64_t padded_overviews(std::int64_t width, std::int64_t height, std::int64_t tile,
                               std::int64_t block) {
  std::uint64_t sum = 0;
  while (std::max(width, height) > block) {
    width = (width + 1) / 2;
    height = (height + 1) / 2;
    sum += padded(width, height, tile, tile);
  }
  return sum;
}

}  // namespace

std::int64_t working_tile(std::int64_t extent) {
  return std::clamp<std::int64_t>((extent + 15) / 16 * 16, 16, 512);
}

WriterMemory writer_memory(const Grid& grid, std::int64_t pixel_bytes, std::int64_t block) {
  const auto bytes = static_cast<std::uint64_t>(pixel_bytes);
  WriterMemory memory;
  memory.working =
      bytes * (padded(grid.width, grid.height, working_tile(grid.width), working_tile(grid.height)) +
               padded_overviews(grid.width, grid.height, kOverviewTile, block));
  memory.in_memory = memory.working <= kMostInMemory;
  memory.cached = bytes * (padded(grid.width, grid.height, block, block) +
                           padded_overviews(grid.width, grid.height, block, block));
  return memory;
}

}  // namespace terramask::geo
