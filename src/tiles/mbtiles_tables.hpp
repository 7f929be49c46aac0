// What an MBTiles file's tables say, be it others' or a cache. https://github.com/mapbox/mbtiles-spec
#pragma once

#include <optional>
#include <string>

#include "tiles/address.hpp"
#include "tiles/sqlite.hpp"

namespace terramask::tiles {

/// Zoom, column and row (from the south, as the tables count) as parameters `first` and the two after it.
Statement& bind_address(Statement& statement, const TileAddress& address, int first = 0);

/// A tile of the range that is there.
std::optional<TileAddress> any_tile(Database& database, int zoom, const TileRange& range);

/// "" where it is not told.
std::string metadata_item(Database& database, const std::string& name);

}  // namespace terramask::tiles
