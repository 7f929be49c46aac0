// What was fetched of one server's tiles: an MBTiles file, which QGIS and GDAL open too.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "sqlite/database.hpp"
#include "tiles/cache_uses.hpp"
#include "tiles/tile_source.hpp"

namespace terramask::tiles {

struct CachedTile {
  bool missing = false;  ///< the server said that there is none
  std::string bytes;
  std::string etag, last_modified;
  std::int64_t expires = 0;  ///< seconds since 1970; from then on the server is asked again
};

/// Each tile is one transaction (write-ahead log), so that a killed process leaves no half tile and several
/// processes share the file. Besides MBTiles' tables there is `terramask_fetches`: what the server said of
/// each tile. May be used by several threads.
class TileCache {
 public:
  /// @param path    "" is a temporary file
  /// @param source  which tiles these are, without credentials: a file of other ones is refused
  /// @param only_read  the file is not written to, and must be there
  /// @param limit  bytes that the file may take; what was not used for longest goes
  /// @param stop  ends waits for other programs; may be null
  /// Throws mismatch (a file of another source, or of none), io, format, not_found.
  TileCache(const std::string& path, const std::string& source, bool only_read,
            std::optional<std::uint64_t> limit, const StopFlag* stop = nullptr);

  std::optional<CachedTile> find(const TileAddress& address);
  void keep(const TileAddress& address, const CachedTile& tile);
  /// The server said that its tile has not changed.
  void renew(const TileAddress& address, std::int64_t expires);
  /// A tile that is there.
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
  std::optional<CacheUses> uses_;  ///< unless it is only read
  int least_zoom_ = 99, greatest_zoom_ = -1;
};

/// The file for a source: `settings.cache` itself where it ends in .mbtiles, else one of the source's own in
/// that folder (or the user's cache folder), which is made; "" where there can be none.
/// Throws io where a folder that was asked for cannot be made.
std::string cache_path(const TileSettings& settings, const std::string& host, const std::string& source);

}  // namespace terramask::tiles
