// Overlapping patches, blended: `overlap` trades the exactness of halos for speed.
#pragma once

#include <span>
#include <vector>

#include "segment/tiling.hpp"

namespace terramask::segment {

/// Takes patches row by row, left to right (overlapping_tiles), and gives each pixel's logits once the last
/// patch that touches it came. Over the overlap of two neighbours the weights go linearly from one to the
/// other and add up to 1. Holds one strip of `overlap` rows across the raster, not the raster.
class Blend {
 public:
  Blend(std::int64_t width, std::int64_t overlap, std::size_t classes);

  struct Finished {
    Window window;
    std::vector<float> logits;  ///< classes × height × width
  };
  /// @param tile   one of overlapping_tiles
  /// @param logits classes × tile.patch.height × tile.patch.width; what lies in the padding is left out
  Finished add(const Tile& tile, std::span<const float> logits, bool last_column, bool last_row);

 private:
  std::int64_t overlap_;
  std::size_t classes_;
  std::int64_t width_;
  std::vector<float> above_, next_above_;  // classes × overlap × width
  std::vector<float> left_;                // classes × patch rows × overlap
};

}  // namespace terramask::segment
