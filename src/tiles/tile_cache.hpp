// The cache of one server's tiles: an MBTiles file, which QGIS and GDAL can open.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "sqlite/database.hpp"
#include "tiles/cache_uses.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::tiles {

struct CachedTile {
  bool missing = false;  ///< the server reported that there is none
  std::string bytes;
  std::string etag, last_modified;
  std::int64_t expires = 0;  ///< seconds since 1970; afterwards the server is asked again
};

/// Each tile is written in one transaction (write-ahead log), so that a killed process leaves no partial tile
/// and several processes can share the file. In addition to MBTiles' tables, `terramask_fetches` contains the
/// server's response for each tile. Thread-safe.
class TileCache {
 public:
  /// @param path    "" is a temporary file
  /// @param source  identifies the tiles, without credentials: a file of another source is an error
  /// @param only_read  the file must exist and is not written
  /// @param limit  maximum size of the file in bytes; the least recently used tiles are evicted
  /// @param stop  stops waiting for other programs; may be null
  /// Throws mismatch (a file of another source, or of none), io, format, not_found.
  TileCache(const std::string& path, const std::string& source, bool only_read,
            std::optional<std::uint64_t> limit, const StopFlag* stop = nullptr);

  std::optional<CachedTile> find(const TileAddress& address);
  void keep(const TileAddress& address, const CachedTile& tile);
  /// Records the server's response that the tile has not changed.
  void renew(const TileAddress& address, std::int64_t expires);
  /// An existing tile.
  std::optional<TileAddress> example(int zoom, const TileRange& range);
  const std::string& name() const { return database_.name(); }

 private:
  void create();
  void check_source(const std::string& source, bool only_read);
  void set_metadata(const std::string& name, const std::string& value);
  void widen_zooms(int zoom);

  std::mutex mutex_;
  sqlite::Database database_;
  std::optional<sqlite::Statement> find_, find_missing_, keep_tile_, drop_tile_, keep_fetch_, renew_;
  std::optional<CacheUses> uses_;  ///< empty if read-only
  int least_zoom_ = 99, greatest_zoom_ = -1;
};

/// The cache file of a source: `settings.cache` itself if it ends in .mbtiles, else a separate file in that
/// folder (or the user's cache folder), which is created; "" if none is possible.
/// Throws io if a requested folder cannot be created.
std::string cache_path(const TileSettings& settings, const std::string& host, const std::string& source);

}  // namespace terramask::tiles
