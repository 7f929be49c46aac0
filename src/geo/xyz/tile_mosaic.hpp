// A tile source as a raster: its zoom, tiles and position.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "geo/xyz/tile_image.hpp"
#include "terramask/grid.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::geo {

/// Shared by all datasets of the same name. Thread-safe.
struct TileMosaic {
  std::string name;  ///< as given
  std::shared_ptr<tiles::TileSource> source;
  tiles::Pixels pixels = tiles::Pixels::colour;
  int zoom = 0;
  tiles::TileRange range;
  int tile_size = 256;
  std::optional<GDALColorTable> palette;  ///< for index tiles: that of the first one
  std::string attribution, licence;

  int columns() const { return static_cast<int>(range.width()) * tile_size; }
  int rows() const { return static_cast<int>(range.height()) * tile_size; }
  /// In EPSG:3857; the corners are exact up to the rounding of a double.
  std::array<double, 6> geotransform() const;

  /// The planes of a tile; empty if it is missing or failed (the ledger records which). Throws cancelled.
  std::optional<TileImage> read(const tiles::TileAddress& address) const;
};

/// Opens it, or returns the open one of the same name. The extent is that of the bounds (whole tiles), else
/// of the tiles present. The tile size is that in the name, or the most frequent of the tiles examined.
/// Throws usage (no zoom, no bounds), not_found (no tile), and as the source throws.
std::shared_ptr<const TileMosaic> open_tile_mosaic(const std::string& name);

}  // namespace terramask::geo
