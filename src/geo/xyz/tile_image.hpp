// A tile's image, decoded by GDAL into the bands of its source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/gdal_support.hpp"
#include "tiles/source_name.hpp"

namespace terramask::geo {

struct TileImage {
  int width = 0, height = 0;
  /// Planes of height × width: red, green, blue, alpha; or index, alpha.
  std::vector<std::uint8_t> planes;
  /// Of index tiles that have one.
  std::optional<GDALColorTable> palette;

  /// Whether it is fully transparent, as the placeholders of servers for missing tiles.
  bool transparent() const;
};

/// Throws format with a short message without a name: "not an image", "16 bits a band".
TileImage decode_tile(const std::string& bytes, tiles::Pixels pixels);

}  // namespace terramask::geo
