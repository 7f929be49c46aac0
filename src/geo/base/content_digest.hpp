// A digest of a raster's values that is independent of the order of blocks.
#pragma once

#include <cstdint>
#include <span>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Sums a hash of position and value over all pixels that are not nodata. The values passed to a writer and
/// those in a finished file have the same digest, however either is divided into blocks. Each pixel must be
/// added once.
class ContentDigest {
 public:
  explicit ContentDigest(const Grid& grid) : width_(grid.width), height_(grid.height) {}

  /// @param values height × width; std::uint8_t, std::uint16_t or float (NaN is nodata too)
  template <class T>
  void add(const Window& window, int band, std::span<const T> values, T nodata);

  std::uint64_t value() const { return sum_; }

 private:
  std::int64_t width_;
  std::int64_t height_;
  std::uint64_t sum_ = 0;
};

}  // namespace terramask::geo
