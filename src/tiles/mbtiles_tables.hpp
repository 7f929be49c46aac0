// Reads the tables of MBTiles files, including caches. https://github.com/mapbox/mbtiles-spec
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sqlite/database.hpp"
#include "tiles/address.hpp"

namespace terramask::tiles {

/// Binds zoom, column and row (from the south, as in the tables) to parameters `first` and the two after it.
sqlite::Statement& bind_address(sqlite::Statement& statement, const TileAddress& address, int first = 0);

/// The condition that a row of "tiles" is valid, since SQLite stores any value in any column.
extern const char* const kIsTile;

/// The zooms of the tiles, ascending.
std::vector<int> zooms_of(sqlite::Database& database);

/// The columns and rows of one zoom's tiles; across the 180th meridian, columns continue beyond the last one.
/// @param skipped  rows of this zoom in the table that are not valid tiles
TileRange extent_of(sqlite::Database& database, int zoom, std::int64_t& skipped);

/// Rows of the table with an invalid zoom.
std::int64_t rows_without_zoom(sqlite::Database& database);

/// An existing tile of the range.
std::optional<TileAddress> any_tile(sqlite::Database& database, int zoom, const TileRange& range);

/// "" if absent.
std::string metadata_item(sqlite::Database& database, const std::string& name);

}  // namespace terramask::tiles
