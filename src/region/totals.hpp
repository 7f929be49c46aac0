// Pixels and ground of many tiles.
#pragma once

#include <map>
#include <vector>

#include "region/journal.hpp"

namespace terramask::region {

/// Of the tiles that are done.
RegionTotals totals_of(const std::vector<ClassInfo>& classes, const std::vector<RegionTile>& tiles);
RegionTotals totals_of(const std::vector<ClassInfo>& classes, const std::map<TileKey, JournalTile>& tiles);

}  // namespace terramask::region
