// OSM's tags in the shapefiles and GeoPackages of download.geofabrik.de, which hold classes of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace terramask::labels {

/// What Geofabrik says of a feature: "code", "fclass", and "type" of a building.
struct GeofabrikClass {
  int code = 0;
  std::string fclass, type;
};

/// The value of an OSM key that the class stands for; empty where it stands for none.
/// https://download.geofabrik.de/osm-data-in-gis-formats-free.pdf
std::optional<std::string> geofabrik_tag(const GeofabrikClass& feature, std::string_view key);

}  // namespace terramask::labels
