// What lies beside the tiles of a folder and says how they are counted: the profile of OSGeo's Tile Map
// Service (https://wiki.osgeo.org/wiki/Tile_Map_Service_Specification), as gdal2tiles.py writes it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace terramask::tiles {

struct TileMapResource {
  std::string file;  ///< that says so
  bool rows_from_south = false;
};

/// Reads the folder's tilemapresource.xml, else the viewers leaflet.html and openlayers.html that
/// gdal2tiles.py and QGIS write, else TileJSON (metadata.json, tiles.json, tilejson.json). Throws format (no
/// XML), unsupported (tiles that are not those of Web Mercator).
std::optional<TileMapResource> read_tile_map_resource(const std::filesystem::path& folder);

}  // namespace terramask::tiles
