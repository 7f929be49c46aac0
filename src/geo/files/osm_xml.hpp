// OpenStreetMap's XML, element by element, for what neither GDAL nor libosmium heeds.
#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace terramask::geo {

/// Hands over a file's bytes, part by part, until `take` returns false.
using OsmParts = std::function<void(const std::function<bool(std::string_view)>& take)>;

/// Whether one of the words stands in the file: where none does, nothing need be parsed.
bool mentions(const OsmParts& parts, std::span<const std::string_view> words);

struct OsmElement {
  std::string_view name;                 ///< "node", "way", "relation", "osmChange", ...
  std::string_view id, action, visible;  ///< of an object; empty where it does not say
};

/// Visits the elements until `visit` returns false, or the file's XML is damaged: whoever reads it next
/// reports that.
void visit_osm_elements(const OsmParts& parts, const std::function<bool(const OsmElement&)>& visit);

}  // namespace terramask::geo
