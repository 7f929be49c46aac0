// Tiles of an MBTiles file (https://github.com/mapbox/mbtiles-spec, 1.3).
#pragma once

#include "sqlite/database.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::tiles {

class MbtilesSource final : public TileSource {
 public:
  /// Rows with values of other types than MBTiles specifies are skipped; report() counts them.
  /// @param stop  stops reading; may be null
  /// Throws not_found, format (not MBTiles, vector tiles, no tile), cancelled.
  MbtilesSource(const std::string& path, const StopFlag* stop);

  Tile read(const TileAddress& address) override;
  std::vector<int> zooms() const override;
  std::optional<TileRange> extent(int zoom) const override;
  std::optional<TileAddress> example(int zoom, const TileRange& range) const override;
  std::string attribution() const override { return metadata("attribution"); }
  std::string licence() const override;
  void report(TileReport& report) const override;

 private:
  std::string metadata(const std::string& name) const;

  mutable std::mutex mutex_;
  const StopFlag* stop_;
  mutable sqlite::Database database_;
  bool has_metadata_ = false;
  std::int64_t without_zoom_ = 0;
  mutable std::map<int, std::int64_t> skipped_;  ///< by zoom
  std::optional<sqlite::Statement> tile_;
};

}  // namespace terramask::tiles
