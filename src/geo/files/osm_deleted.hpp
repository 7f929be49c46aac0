// Objects that stand in OSM files and are no part of the map: GDAL's driver takes them as present.
#pragma once

#include <string>

namespace terramask::geo {

/// Throws unsupported where an OSM file of XML says of objects that they are deleted (action='delete',
/// visible='false'), or is a file of changes. GDAL refuses a .pbf that may hold such.
/// @param opened as GDAL opens it: "/vsigzip/map.osm.gz"
/// @param path for messages
void refuse_deleted_objects(const std::string& opened, const std::string& path);

}  // namespace terramask::geo
