// OSM's tags in the shapefiles and GeoPackages of download.geofabrik.de, which hold classes of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "geo/vector/vector_stream.hpp"

namespace terramask::labels {

/// What Geofabrik says of a feature: "code", "fclass", and "type" of a building.
struct GeofabrikClass {
  int code = 0;  ///< 0 where the file has none: geofabrik_code tells as much as its layer does
  std::string fclass, type;
};

/// A code of the group that the class belongs to; 0 where none is known. The layer's name says which group it
/// is ("gis_osm_roads_free_1"), else the kind of its geometries and the class: "residential" is a road as a
/// line and landuse as an area.
int geofabrik_code(std::string_view layer, geo::GeometryKind kind, std::string_view fclass);

/// The value of an OSM key that the class stands for; empty where it stands for none.
/// https://download.geofabrik.de/osm-data-in-gis-formats-free.pdf
std::optional<std::string> geofabrik_tag(const GeofabrikClass& feature, std::string_view key);

}  // namespace terramask::labels
