#include "tiles/tile_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "core/random.hpp"
#include "terramask/error.hpp"
#include "tiles/image_bytes.hpp"
#include "tiles/mbtiles_tables.hpp"

namespace terramask::tiles {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSourceItem = "terramask_source";

constexpr std::uint64_t kRowBytes = 8192;  // maximum storage of a tile in addition to its bytes

constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS metadata (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS tiles (
  zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);
CREATE UNIQUE INDEX IF NOT EXISTS tile_index ON tiles (zoom_level, tile_column, tile_row);
CREATE TABLE IF NOT EXISTS terramask_fetches (
  zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, missing INTEGER, etag TEXT, last_modified TEXT,
  expires INTEGER, used INTEGER, PRIMARY KEY (zoom_level, tile_column, tile_row)) WITHOUT ROWID;
)sql";

fs::path users_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "terramask" / "tiles";
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') return fs::path(home) / ".cache" / "terramask" / "tiles";
  return {};
}

}  // namespace

std::string cache_path(const TileSettings& settings, const std::string& host, const std::string& source) {
  if (settings.cache.ends_with(".mbtiles")) return settings.cache;
  const fs::path folder = settings.cache.empty() ? users_folder() : fs::path(settings.cache);
  if (folder.empty()) return {};
  std::error_code failed;
  if (!settings.offline) fs::create_directories(folder, failed);
  if (failed && settings.cache.empty()) return {};
  if (failed)
    throw Error(
        ErrorCode::io,
        fmt::format("`tile_cache` {}: the folder cannot be made: {}", settings.cache, failed.message()),
        "make it, or choose another");
  std::string name = host;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-'; },
      '_');
  return (folder / fmt::format("{}-{:016x}.mbtiles", name.substr(0, 100), hash_text(source))).string();
}

TileCache::TileCache(const std::string& path, const std::string& source, bool only_read,
                     std::optional<std::uint64_t> limit, const StopFlag* stop)
    : database_(path, {.mode = only_read ? sqlite::Mode::read : sqlite::Mode::create, .stop = stop}) {
  if (!only_read) create();
  check_source(source, only_read);
  find_ = database_.prepare(fmt::format(
      "SELECT t.tile_data, f.etag, f.last_modified, f.expires, {} FROM tiles t LEFT JOIN terramask_fetches f "
      "USING (zoom_level, tile_column, tile_row) WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
      only_read ? "NULL" : "f.used"));
  find_missing_ = database_.prepare(
      "SELECT expires FROM terramask_fetches WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? AND "
      "missing");
  if (only_read) return;
  keep_tile_ = database_.prepare("INSERT OR REPLACE INTO tiles VALUES (?, ?, ?, ?)");
  drop_tile_ =
      database_.prepare("DELETE FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?");
  keep_fetch_ = database_.prepare("INSERT OR REPLACE INTO terramask_fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  renew_ = database_.prepare(
      "UPDATE terramask_fetches SET expires = ? WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?");
  uses_.emplace(database_, limit);
  uses_->make_room(0);
}

void TileCache::create() {
  try {
    // If the file already has tables, the first pragma has no effect: the space of evicted tiles is then not
    // freed.
    database_.run(
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  } catch (const Error& error) {
    // Another process is changing the mode, or the file system has no shared memory: a rollback journal works
    // too.
    if (error.code() == ErrorCode::format) throw;
  }
  sqlite::Transaction transaction(database_);
  database_.run(kTables);
  // Caches of the first version did not record when a tile was used.
  if (!database_.prepare("SELECT 1 FROM pragma_table_info('terramask_fetches') WHERE name = 'used'").step())
    database_.run("ALTER TABLE terramask_fetches ADD COLUMN used INTEGER");
  database_.run("CREATE INDEX IF NOT EXISTS terramask_used ON terramask_fetches (used)");
  transaction.commit();
}

void TileCache::check_source(const std::string& source, bool only_read) {
  const std::string found = database_.has_table("metadata") ? metadata_item(database_, kSourceItem) : "";
  if (found == source) return;
  if (!found.empty())
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: keeps the tiles of another source ({})", database_.name(), found),
                "name another `tile_cache`; a folder keeps each source in a file of its own");
  if (only_read) {
    if (database_.has_table("tiles") && database_.has_table("terramask_fetches")) return;
    throw Error(ErrorCode::mismatch, database_.name() + ": not a cache that Terramask made",
                "read an MBTiles file as its own source: xyz:FILE.mbtiles");
  }
  if (database_.prepare("SELECT 1 FROM tiles LIMIT 1").step())
    throw Error(ErrorCode::mismatch,
                database_.name() + ": an MBTiles file that others made; nothing is added to it",
                "name another `tile_cache`, or read it as its own source: xyz:FILE.mbtiles");
  set_metadata(kSourceItem, source);
  set_metadata("name", source);
  set_metadata("type", "baselayer");
  set_metadata("version", "1");
  set_metadata("description", "tiles fetched by Terramask");
}

void TileCache::set_metadata(const std::string& name, const std::string& value) {
  database_.prepare("INSERT OR REPLACE INTO metadata VALUES (?, ?)")
      .bind(0, std::string_view(name))
      .bind(1, std::string_view(value))
      .run();
}

std::optional<CachedTile> TileCache::find(const TileAddress& address) {
  const std::lock_guard lock(mutex_);
  CachedTile tile;
  if (bind_address(*find_, address).step()) {
    tile.bytes = find_->text(0);
    tile.etag = find_->text(1);
    tile.last_modified = find_->text(2);
    // A tile without a record was added by other programs and is kept.
    tile.expires = find_->is_null(3) ? std::numeric_limits<std::int64_t>::max() : find_->integer(3);
    const std::int64_t used = uses_ && !find_->is_null(4) ? find_->integer(4) : 0;
    find_->reset();
    if (uses_) uses_->note(address, used);
    return tile;
  }
  find_->reset();
  const bool known = bind_address(*find_missing_, address).step();
  tile.missing = true;
  if (known) tile.expires = find_missing_->integer(0);
  find_missing_->reset();
  return known ? std::optional(tile) : std::nullopt;
}

void TileCache::keep(const TileAddress& address, const CachedTile& tile) {
  const std::lock_guard lock(mutex_);
  uses_->make_room(tile.bytes.size() + kRowBytes);
  sqlite::Transaction transaction(database_);
  if (tile.missing) {
    bind_address(*drop_tile_, address).run();
  } else {
    bind_address(*keep_tile_, address).bind_blob(3, tile.bytes).run();
    if (metadata_item(database_, "format").empty()) set_metadata("format", image_kind(tile.bytes));
    widen_zooms(address.zoom);
  }
  bind_address(*keep_fetch_, address)
      .bind(3, std::int64_t{tile.missing ? 1 : 0})
      .bind(4, std::string_view(tile.etag))
      .bind(5, std::string_view(tile.last_modified))
      .bind(6, tile.expires)
      .bind(7, CacheUses::now())
      .run();
  transaction.commit();
}

void TileCache::widen_zooms(int zoom) {
  if (zoom >= least_zoom_ && zoom <= greatest_zoom_) return;
  sqlite::Statement statement = database_.prepare(fmt::format(
      "SELECT min(zoom_level), max(zoom_level) FROM tiles WHERE zoom_level BETWEEN 0 AND {}", kDeepestZoom));
  statement.step();
  least_zoom_ = static_cast<int>(statement.integer(0));
  greatest_zoom_ = static_cast<int>(statement.integer(1));
  statement.reset();
  set_metadata("minzoom", std::to_string(least_zoom_));
  set_metadata("maxzoom", std::to_string(greatest_zoom_));
}

void TileCache::renew(const TileAddress& address, std::int64_t expires) {
  const std::lock_guard lock(mutex_);
  bind_address(renew_->bind(0, expires), address, 1).run();
}

std::optional<TileAddress> TileCache::example(int zoom, const TileRange& range) {
  const std::lock_guard lock(mutex_);
  return any_tile(database_, zoom, range);
}

}  // namespace terramask::tiles
