// The map's two files.
#pragma once

#include <string>
#include <vector>

#include "scene/map_features.hpp"
#include "scene/scene_frame.hpp"

namespace terramask::scene {

/// OpenStreetMap XML: nodes, then ways, both by ascending positive number; 7 decimals, as the format knows no
/// more.
void write_osm(const std::string& path, const std::vector<MapFeature>& features, const SceneFrame& frame);

/// The layers of `write_geopackage`.
std::vector<std::string> geopackage_layers();

/// A GeoPackage with a layer for each kind of feature and a field for each tag (`width_m` for the roads'
/// width).
void write_geopackage(const std::string& path, const std::vector<MapFeature>& features,
                      const SceneFrame& frame);

}  // namespace terramask::scene
