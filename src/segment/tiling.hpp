// Exact tiling: divides a raster so that the mask has the same bits for any tile size.
//
// The raster is padded right and bottom to [0, P], P a multiple of the model's pad multiple. Output tiles
// begin and end at multiples of the alignment A, counted from the raster's own origin. The patch of tile [t0,
// t1) is [floor_S(t0 − h), ceil_S(t1 + h)], S the network's stride, clipped to [0, P]: at the true border a
// convolution's zero padding falls where it fell in one pass over the whole, and elsewhere the halo h keeps
// it away from the tile.
#pragma once

#include <cstdint>
#include <vector>

#include "terramask/grid.hpp"
#include "terramask/plan.hpp"

namespace terramask::segment {

struct Extent {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// The raster's extent, padded to a multiple.
Extent padded(const Extent& raster, std::int64_t multiple);

struct Tile {
  Window output;  ///< pixels of the raster (never of its padding) that this tile answers for
  Window patch;   ///< pixels of the padded extent that the network sees
};

struct TilingOptions {
  Extent raster;
  std::int64_t pad_multiple = 32;
  Footprint footprint;
  std::int64_t tile = 1024;  ///< rounded up to the alignment
  std::int64_t margin = 0;   ///< pixels beyond its output that a tile must get right (for resampling)
  Window region;             ///< what is wanted of the raster: tiles are cut to it, on multiples of A
};

/// Row by row, left to right.
std::vector<Tile> exact_tiles(const TilingOptions& options);

/// Patches that overlap by `overlap` pixels, to be blended; `output` is the whole patch inside the raster.
std::vector<Tile> overlapping_tiles(const TilingOptions& options, std::int64_t overlap);

/// Pixels computed over pixels written, for a raster much larger than the tile.
double work_factor(const Footprint& footprint, std::int64_t tile);

/// Pixel of the raster whose value stands at position `x` of the padded axis: reflection without repeating
/// the edge, again and again where the raster is smaller than the padding.
std::int64_t reflect(std::int64_t x, std::int64_t extent);

std::int64_t floor_to(std::int64_t x, std::int64_t multiple);
std::int64_t ceil_to(std::int64_t x, std::int64_t multiple);

}  // namespace terramask::segment
