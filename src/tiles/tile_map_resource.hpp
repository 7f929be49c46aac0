// Metadata beside the tiles of a folder that specifies how they are numbered: the profile of OSGeo's Tile Map
// Service (https://wiki.osgeo.org/wiki/Tile_Map_Service_Specification), as written by gdal2tiles.py.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace terramask::tiles {

struct TileMapResource {
  std::string file;  ///< the file that specifies it
  bool rows_from_south = false;
};

/// Reads the folder's tilemapresource.xml, else the viewers leaflet.html and openlayers.html that
/// gdal2tiles.py and QGIS write, else TileJSON (metadata.json, tiles.json, tilejson.json). Throws format
/// (invalid XML), unsupported (tiles not in Web Mercator).
std::optional<TileMapResource> read_tile_map_resource(const std::filesystem::path& folder);

}  // namespace terramask::tiles
