// A digest of a raster's values that does not depend on the order in which blocks come.
#pragma once

#include <cstdint>
#include <span>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Sums a mix of place and value over all pixels that are not nodata: what was handed to a writer and what a
/// finished file holds have the same digest, however either was cut into blocks. Each pixel counts once.
class ContentDigest {
 public:
  explicit ContentDigest(const Grid& grid) : width_(grid.width), height_(grid.height) {}

  /// @param values height × width; one of std::uint8_t, std::uint16_t, float (NaN is nodata too)
  template <class T>
  void add(const Window& window, int band, std::span<const T> values, T nodata);

  std::uint64_t value() const { return sum_; }

 private:
  std::int64_t width_;
  std::int64_t height_;
  std::uint64_t sum_ = 0;
};

}  // namespace terramask::geo
