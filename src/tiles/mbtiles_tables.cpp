#include "tiles/mbtiles_tables.hpp"

namespace terramask::tiles {

Statement& bind_address(Statement& statement, const TileAddress& address, int first) {
  return statement.bind(first, std::int64_t{address.zoom})
      .bind(first + 1, address.x)
      .bind(first + 2, flipped_row(address.zoom, address.y));
}

std::optional<TileAddress> any_tile(Database& database, int zoom, const TileRange& range) {
  Statement statement = database.prepare(
      "SELECT tile_column, tile_row FROM tiles WHERE zoom_level = ? AND tile_column >= ? AND tile_column < ? "
      "AND tile_row > ? AND tile_row <= ? LIMIT 1");
  statement.bind(0, std::int64_t{zoom}).bind(1, range.x0).bind(2, range.x1);
  statement.bind(3, flipped_row(zoom, range.y1)).bind(4, flipped_row(zoom, range.y0));
  if (!statement.step()) return std::nullopt;
  return TileAddress{zoom, statement.integer(0), flipped_row(zoom, statement.integer(1))};
}

std::string metadata_item(Database& database, const std::string& name) {
  Statement statement = database.prepare("SELECT value FROM metadata WHERE name = ?");
  return statement.bind(0, std::string_view(name)).step() ? statement.text(0) : std::string();
}

}  // namespace terramask::tiles
