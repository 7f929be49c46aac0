// Fields of vector files that were made from OpenStreetMap: rules name OSM's tags, the files have what
// whoever made them kept.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "geo/vector/vector_stream.hpp"

namespace terramask::labels {

/// Whether a layer's fields are those of something made from OpenStreetMap.
bool is_from_osm(const geo::VectorStream& stream, std::size_t layer);

/// Whether a filter asks for one of these.
bool asks_for_osm(const std::string& where);

/// Words of a filter in OGR SQL that may be names of fields.
std::set<std::string> names_in(const std::string& where);

/// To be called once for a layer: lets one that was made from OpenStreetMap have all `names` that are OSM's
/// usual keys, or among `tags`, as fields: what it keeps under another name (building_part, other_tags, the
/// classes of Geofabrik's files) is found there, and what it does not have is NULL.
void add_osm_fields(geo::VectorStream& stream, std::size_t layer, const std::set<std::string>& names,
                    const std::vector<std::string>& tags);

}  // namespace terramask::labels
