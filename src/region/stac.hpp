// A region as a STAC collection (1.0.0, with the projection, raster and classification extensions).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "region/description.hpp"
#include "region/journal.hpp"

namespace terramask::region {

struct StacCollection {
  std::string id;
  const JobFile& file;
  std::string start, end;  ///< of the imagery, of utc_time
};

/// Writes collection.json into the folder, and an item beside each mask; items lead to the collection and
/// back, by relative links: the folder may be moved, and so has no links to itself, which would be absolute.
/// @param tiles those that are done
void write_stac(const std::string& folder, const StacCollection& collection,
                std::span<const JournalTile> tiles);

}  // namespace terramask::region
