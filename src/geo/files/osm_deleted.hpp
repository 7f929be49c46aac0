// Detects deleted objects in OSM files, which GDAL's driver reads as present.
#pragma once

#include <string>

namespace terramask::geo {

/// Throws unsupported if an OSM XML file marks objects as deleted (action='delete', visible='false') or is a
/// change file. GDAL itself rejects a .pbf that may contain such objects.
/// @param opened the path for GDAL: "/vsigzip/map.osm.gz"
/// @param path for messages
void refuse_deleted_objects(const std::string& opened, const std::string& path);

}  // namespace terramask::geo
