#include "tiles/mbtiles_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::tiles {

const char* const kIsTile =
    "typeof(zoom_level) = 'integer' AND typeof(tile_column) = 'integer' AND typeof(tile_row) = 'integer'";

std::vector<int> zooms_of(sqlite::Database& database) {
  // One index lookup per zoom: counting distinct values would read the entire index. The range excludes texts
  // and blobs, which SQLite sorts after all numbers.
  sqlite::Statement next = database.prepare(
      fmt::format("SELECT min(zoom_level) FROM tiles WHERE zoom_level >= ? AND zoom_level <= {} AND {}",
                  kDeepestZoom, kIsTile));
  std::vector<int> found;
  for (int least = 0; least <= kDeepestZoom; ++least) {
    if (!next.bind(0, std::int64_t{least}).step() || next.is_null(0)) break;
    least = std::max(least, static_cast<int>(next.integer(0)));
    found.push_back(least);
    next.reset();
  }
  return found;
}

TileRange extent_of(sqlite::Database& database, int zoom, std::int64_t& skipped) {
  const std::int64_t last = (std::int64_t{1} << zoom) - 1;
  // Rows with fractional zooms count as rows of the zoom but are not tiles.
  sqlite::Statement all =
      database.prepare("SELECT count(*) FROM tiles WHERE zoom_level >= ?1 AND zoom_level < ?1 + 1");
  skipped = all.bind(0, std::int64_t{zoom}).step() ? all.integer(0) : 0;
  sqlite::Statement half = database.prepare(fmt::format(
      "SELECT count(*), min(tile_column), max(tile_column), min(tile_row), max(tile_row) FROM tiles WHERE "
      "zoom_level = ?1 AND tile_column BETWEEN 0 AND ?2 AND tile_row BETWEEN 0 AND ?2 AND {} GROUP BY "
      "tile_column > ?2 / 2",
      kIsTile));
  half.bind(0, std::int64_t{zoom}).bind(1, last);
  TileExtent extent(zoom);
  while (half.step()) {
    skipped -= half.integer(0);
    extent.add(half.integer(1), flipped_row(zoom, half.integer(3)));
    extent.add(half.integer(2), flipped_row(zoom, half.integer(4)));
  }
  return extent.range();
}

std::int64_t rows_without_zoom(sqlite::Database& database) {
  sqlite::Statement statement = database.prepare(fmt::format(
      "SELECT (SELECT count(*) FROM tiles WHERE zoom_level < 0) + (SELECT count(*) FROM tiles WHERE "
      "zoom_level > {}) + (SELECT count(*) FROM tiles WHERE zoom_level IS NULL)",
      kDeepestZoom));
  return statement.step() ? statement.integer(0) : 0;
}

sqlite::Statement& bind_address(sqlite::Statement& statement, const TileAddress& address, int first) {
  return statement.bind(first, std::int64_t{address.zoom})
      .bind(first + 1, address.x)
      .bind(first + 2, flipped_row(address.zoom, address.y));
}

std::optional<TileAddress> any_tile(sqlite::Database& database, int zoom, const TileRange& range) {
  sqlite::Statement statement = database.prepare(fmt::format(
      "SELECT tile_column, tile_row FROM tiles WHERE zoom_level = ? AND tile_column >= ? AND tile_column < ? "
      "AND tile_row > ? AND tile_row <= ? AND {} LIMIT 1",
      kIsTile));
  statement.bind(0, std::int64_t{zoom}).bind(1, range.x0).bind(2, range.x1);
  statement.bind(3, flipped_row(zoom, range.y1)).bind(4, flipped_row(zoom, range.y0));
  if (!statement.step()) return std::nullopt;
  return TileAddress{zoom, statement.integer(0), flipped_row(zoom, statement.integer(1))};
}

std::string metadata_item(sqlite::Database& database, const std::string& name) {
  sqlite::Statement statement = database.prepare("SELECT value FROM metadata WHERE name = ?");
  return statement.bind(0, std::string_view(name)).step() ? statement.text(0) : std::string();
}

}  // namespace terramask::tiles
