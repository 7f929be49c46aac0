// A source of tiles as a raster: which zoom, which tiles, and where they lie.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "geo/xyz/tile_image.hpp"
#include "terramask/grid.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::geo {

/// What all datasets of one name share. Several threads may use it.
struct TileMosaic {
  std::string name;  ///< as given
  std::shared_ptr<tiles::TileSource> source;
  tiles::Pixels pixels = tiles::Pixels::colour;
  int zoom = 0;
  tiles::TileRange range;
  int tile_size = 256;
  std::optional<GDALColorTable> palette;  ///< of index tiles: that of the first one
  std::string attribution, licence;

  int columns() const { return static_cast<int>(range.width()) * tile_size; }
  int rows() const { return static_cast<int>(range.height()) * tile_size; }
  /// Of EPSG:3857; the corners are exact up to the rounding of a double.
  std::array<double, 6> geotransform() const;

  /// One tile's planes, nothing where it is missing or failed (the ledger keeps which). Throws cancelled.
  std::optional<TileImage> read(const tiles::TileAddress& address) const;
};

/// Opens it, or gives back the one of the same name that is open. The extent is that of the bounds (whole
/// tiles), else of the tiles present; the size of tiles is the name's or that of most tiles looked at. Throws
/// usage (no zoom, no bounds), not_found (no tile there), and what the source throws.
std::shared_ptr<const TileMosaic> open_tile_mosaic(const std::string& name);

}  // namespace terramask::geo
