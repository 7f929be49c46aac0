// Imagery from slippy-map tiles: "xyz:" names wherever a raster is taken.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "terramask/progress.hpp"

namespace terramask {

/// How tiles are fetched; the same for all sources of the process.
struct TileSettings {
  std::optional<int> zoom;  ///< of sources whose names have none
  /// A folder, which gets an MBTiles file for each server, or one .mbtiles file. Empty: the user's cache
  /// folder ($XDG_CACHE_HOME/terramask/tiles, else ~/.cache/terramask/tiles).
  std::string cache;
  /// What the file of a source may take; what was not used for longest goes. Empty: any.
  std::optional<std::uint64_t> cache_bytes;
  bool offline = false;  ///< the cache alone is read
  /// Requests a second and at the same time, for each server. Empty: 10 and 2; without limit and 8 where the
  /// server is this machine.
  std::optional<double> rate;
  std::optional<int> connections;
  double timeout_s = 30;  ///< of one request
  int retries = 4;        ///< further attempts after one that failed in a way that may pass
  /// Asked while tiles are waited for; may be null; must outlive all reading.
  const StopFlag* stop = nullptr;
};

/// Call before other threads read tiles; sources that are open already keep the settings they have.
void configure_tiles(const TileSettings& settings);

struct FailedTile {
  std::string tile;  ///< "18/69105/105093"
  std::string cause;
};

/// The outcome of the requested tiles of one source; each tile is counted once.
struct TileReport {
  std::string source;  ///< its name, without credentials
  std::uint64_t fetched = 0, cached = 0, local = 0;
  std::uint64_t missing = 0;  ///< known to be missing: nodata
  std::uint64_t absent = 0;   ///< offline, and not in the cache: nodata
  std::vector<FailedTile> failed;
  std::vector<std::string> notes;  ///< each one line

  std::uint64_t asked() const { return fetched + cached + local + missing + absent + failed.size(); }
};

/// For every source that was opened, in that order.
std::vector<TileReport> tile_reports();

/// Whether a raster's name refers to tiles ("xyz:...").
bool is_tile_source(const std::string& name);

/// Whether a box (xmin, ymin, xmax, ymax) can be one of longitudes and latitudes.
bool can_be_degrees(const std::array<double, 4>& box);

/// The name with the zoom and the bounds added where it is of tiles and has none of its own and (bounds)
/// needs some: a template. Other names are returned unchanged. Throws usage.
/// @param bounds_crs  empty: EPSG:4326 where the numbers can be degrees, else EPSG:3857
std::string with_extent(const std::string& name, std::optional<int> zoom,
                        const std::optional<std::array<double, 4>>& bounds, const std::string& bounds_crs);

/// The name with its local path changed; names of servers, and other names, are returned unchanged.
std::string with_tile_path(const std::string& name,
                           const std::function<std::string(const std::string& path)>& change);

/// What files that belong to a raster are called after: the name of the file without its ending; of tiles the
/// folder, the file or the server.
std::string raster_stem(const std::string& name);

/// The text without credentials of URLs, for printing and storing.
std::string without_secrets(const std::string& text);

}  // namespace terramask
