// The town as a map tells it: features with OpenStreetMap's tags.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "scene/geometry.hpp"
#include "scene/town.hpp"

namespace terramask::scene {

using Tags = std::vector<std::pair<std::string, std::string>>;

struct MapFeature {
  std::string layer;     ///< of map.gpkg: "roads", "buildings", ...
  bool polygon = false;  ///< `line` is a ring without its closing point
  Line line;             ///< scene coordinates
  Tags tags;
};

/// Everything that touches the scene, whole (as an extract of a map is): roads, buildings, water, vegetation,
/// tree rows, land use.
std::vector<MapFeature> map_features(const Town& town);

/// Shortest text of a number with at most three decimals: "6.5", "3".
std::string plain_number(double value);

}  // namespace terramask::scene
