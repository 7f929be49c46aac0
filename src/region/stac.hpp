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
  TimeSpan time;  ///< of the imagery; if unknown, an interval that is open on both sides
};

/// Writes an item beside each mask. Items lead to the collection and back, by relative links: the folder may
/// be moved, and so has no links to itself, which would be absolute.
/// @param tiles those that are done
void write_stac_items(const std::string& folder, const StacCollection& collection,
                      std::span<const JournalTile> tiles);

/// Writes collection.json into the folder.
/// @param products files in the folder, which are assets of the collection, with their styles
void write_stac_collection(const std::string& folder, const StacCollection& collection,
                           std::span<const JournalTile> tiles, std::span<const std::string> products);

}  // namespace terramask::region
