// What an MBTiles file's tables say, be it others' or a cache. https://github.com/mapbox/mbtiles-spec
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sqlite/database.hpp"
#include "tiles/address.hpp"

namespace terramask::tiles {

/// Zoom, column and row (from the south, as the tables count) as parameters `first` and the two after it.
sqlite::Statement& bind_address(sqlite::Statement& statement, const TileAddress& address, int first = 0);

/// SQLite keeps any value in any column: the condition that a row of "tiles" is one, whatever it was given.
extern const char* const kIsTile;

/// The zooms of the tiles, ascending.
std::vector<int> zooms_of(sqlite::Database& database);

/// The columns and rows of one zoom's tiles; across the 180th meridian columns go on beyond the last one.
/// @param skipped  rows of the table that say this zoom and are no tiles of it
TileRange extent_of(sqlite::Database& database, int zoom, std::int64_t& skipped);

/// Rows of the table that say no zoom there is.
std::int64_t rows_without_zoom(sqlite::Database& database);

/// A tile of the range that is there.
std::optional<TileAddress> any_tile(sqlite::Database& database, int zoom, const TileRange& range);

/// "" where it is not told.
std::string metadata_item(sqlite::Database& database, const std::string& name);

}  // namespace terramask::tiles
