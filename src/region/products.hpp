// What ties a region's tiles together: virtual rasters, the tile index and the STAC collection.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "region/description.hpp"
#include "region/journal.hpp"

namespace terramask::region {

/// Writes them anew from what the journal knows; tiles that are not done stand in the index alone.
/// @return their paths
std::vector<std::string> write_products(const std::string& folder, const JobFile& file,
                                        const std::map<TileKey, JournalTile>& tiles,
                                        const std::vector<JournalSource>& sources);

}  // namespace terramask::region
