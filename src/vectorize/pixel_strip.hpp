// Some rows of a raster of zeros and ones, with a frame of zeros around them.
#pragma once

#include <cstdint>
#include <vector>

namespace terramask::vectors {

struct PixelStrip {
  std::int64_t width = 0;  ///< of the raster
  std::int64_t first = 0;  ///< the first row
  std::int64_t rows = 0;
  std::vector<std::uint8_t> pixels;  ///< (rows + 2) × (width + 2)

  void resize(std::int64_t raster_width, std::int64_t first_row, std::int64_t row_count) {
    width = raster_width;
    first = first_row;
    rows = row_count;
    pixels.assign(static_cast<std::size_t>((rows + 2) * (width + 2)), 0);
  }
  std::ptrdiff_t stride() const { return static_cast<std::ptrdiff_t>(width + 2); }
  std::size_t index(std::int64_t x, std::int64_t y) const {
    return static_cast<std::size_t>((y - first + 1) * (width + 2) + x + 1);
  }
  /// 0 everywhere outside.
  std::uint8_t at(std::int64_t x, std::int64_t y) const {
    if (x < 0 || x >= width || y < first || y >= first + rows) return 0;
    return pixels[index(x, y)];
  }
};

}  // namespace terramask::vectors
