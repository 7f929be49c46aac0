// The aerial photograph: sun, sky and shadow on a surface, then the camera.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "scene/town.hpp"

namespace terramask::scene {

/// A block of the scene's pixels.
struct PixelBlock {
  std::int64_t column = 0, row = 0;
  int columns = 0, rows = 0;
};

/// Red, green, blue, interleaved. A pixel's value depends on the town and its place alone, not on the block.
std::vector<std::uint8_t> photograph(const Town& town, const PixelBlock& block, double pixel_size);

}  // namespace terramask::scene
