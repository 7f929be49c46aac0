// What stands in OSM files and is no part of the map.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_set>

#include "labels/vector/osm_file.hpp"
#include "terramask/progress.hpp"

namespace terramask::labels {

/// Ids of nodes, ways and relations.
struct OsmDeletions {
  std::array<std::unordered_set<std::int64_t>, 3> ids;
};

/// What was read and is no part of the map.
struct OsmLeftOut {
  std::uint64_t deleted = 0;    ///< action='delete', visible='false'
  std::uint64_t replaced = 0;   ///< by newer versions in the same file
  std::uint64_t placeless = 0;  ///< nodes without coordinates

  bool any() const { return deleted + replaced + placeless > 0; }
};

/// What JOSM and its like have written with action='delete', which libosmium knows nothing of. Throws format
/// for damaged XML, io; cancelled.
OsmDeletions find_deletions(const OsmFile& file, const StopFlag* stop);

}  // namespace terramask::labels
