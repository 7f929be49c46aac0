// Parses OpenStreetMap XML element by element, for what neither GDAL nor libosmium evaluates.
#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace terramask::geo {

/// Passes a file's bytes on, part by part, until `take` returns false.
using OsmParts = std::function<void(const std::function<bool(std::string_view)>& take)>;

/// Whether the file contains one of the words: if not, it need not be parsed.
bool mentions(const OsmParts& parts, std::span<const std::string_view> words);

struct OsmElement {
  std::string_view name;                 ///< "node", "way", "relation", "osmChange", ...
  std::string_view id, action, visible;  ///< of an object; empty if not specified
};

/// Visits the elements until `visit` returns false or the XML is malformed; the next reader reports that.
void visit_osm_elements(const OsmParts& parts, const std::function<bool(const OsmElement&)>& visit);

}  // namespace terramask::geo
