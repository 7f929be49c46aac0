// Tiles of an MBTiles file (https://github.com/mapbox/mbtiles-spec, 1.3).
#pragma once

#include "tiles/sqlite.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::tiles {

class MbtilesSource final : public TileSource {
 public:
  /// Throws not_found, format (not MBTiles, vector tiles).
  explicit MbtilesSource(const std::string& path);

  Tile read(const TileAddress& address) override;
  std::vector<int> zooms() const override;
  std::optional<TileRange> extent(int zoom) const override;
  std::optional<TileAddress> example(int zoom, const TileRange& range) const override;
  std::string attribution() const override { return metadata("attribution"); }
  std::string licence() const override;

 private:
  std::string metadata(const std::string& name) const;

  mutable std::mutex mutex_;
  mutable Database database_;
  bool has_metadata_ = false;
  std::optional<Statement> tile_;
};

}  // namespace terramask::tiles
