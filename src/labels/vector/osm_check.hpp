// What must be known of an OSM file before GDAL may read it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "labels/vector/osm_deletions.hpp"

namespace terramask::labels {

struct OsmFacts {
  std::uint64_t nodes = 0, ways = 0, relations = 0;
  /// Around all nodes: west, south, east, north; empty where there is none.
  std::optional<std::array<double, 4>> box;
  /// What the file says it was cut to (`osmium extract --set-bounds`).
  std::optional<std::array<double, 4>> bounds;
  /// Ways some of whose nodes are not in the file, as is usual at an extract's border. For each the places in
  /// it, counted in the nodes that are there, after which nodes are missing: [1] says between the second and
  /// the third. Ways that miss nodes at their ends alone have none.
  std::unordered_map<std::int64_t, std::vector<std::uint32_t>> cut_ways;
  /// Multipolygons that lack members.
  std::uint64_t incomplete_relations = 0;
  /// Whether missing nodes were looked for: not where their ids alone took more memory than was allowed.
  bool completeness_checked = true;
  OsmLeftOut left_out;
  /// The file says that it may hold several versions of an object.
  bool history = false;
  /// There are ids below 1, as editors give to what the database does not know yet. Nothing else is told
  /// then.
  bool unsent_ids = false;
};

/// Reads an OSM file once (libosmium). GDAL takes ways' nodes from what it has read before: whatever is not
/// sorted by type (nodes, ways, relations), then by id, would lose ways without a word.
/// @param memory bytes that ids may take
/// @throws Error format for a file that is not sorted (the remedy is `osmium sort`), is truncated or damaged;
/// cancelled
OsmFacts check_osm(const OsmFile& file, const OsmDeletions& deletions, std::uint64_t memory,
                   const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask::labels
