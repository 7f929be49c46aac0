// Which layers of a file a rule takes features from.
#pragma once

#include <string>
#include <vector>

#include "geo/vector/vector_stream.hpp"

namespace terramask::labels {

struct RuleLayer {
  std::size_t layer = 0;
  geo::GeometryKind kind = geo::GeometryKind::any;  ///< of the features that are meant
};

/// The layers of these names; without names the only one. Where the file has none that is called as one of an
/// OSM file's (points, lines, multilinestrings, multipolygons), the only layer of that kind takes its place,
/// and all of that kind in a file of Geofabrik's; where there is none of the kind, none.
/// @param place of the names, for messages ("rules.json: rules[2].layer")
/// @throws Error format where it cannot be said which layers are meant
std::vector<RuleLayer> rule_layers(const geo::VectorStream& stream, const std::string& path,
                                   const std::vector<std::string>& names, const std::string& place);

}  // namespace terramask::labels
