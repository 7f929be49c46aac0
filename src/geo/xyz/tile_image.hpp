// One tile's image, decoded by GDAL into the bands that a source of tiles has.
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

  /// Whether nothing is seen of it: what servers send where they have no tile.
  bool transparent() const;
};

/// Throws format, told in a few words without a name: "not an image", "16 bits a band".
TileImage decode_tile(const std::string& bytes, tiles::Pixels pixels);

}  // namespace terramask::geo
