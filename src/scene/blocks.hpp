// The rasters' values, block by block.
#pragma once

#include <cstdint>
#include <vector>

#include "scene/ortho.hpp"
#include "scene/town.hpp"

namespace terramask::scene {

/// Row by row. Heights are rounded to 1/64 m.
struct RenderedBlock {
  std::vector<std::uint8_t> ortho;  ///< red, green, blue, interleaved
  std::vector<float> dsm, dtm;
  std::vector<std::uint8_t> labels;
};

/// Everything the rasters hold of a block. Values depend on the town and their place alone.
RenderedBlock render_block(const Town& town, const PixelBlock& block, double pixel_size);

}  // namespace terramask::scene
