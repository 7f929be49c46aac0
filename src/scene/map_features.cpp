#include "scene/map_features.hpp"

#include <fmt/format.h>

#include <array>

namespace terramask::scene {
namespace {

constexpr std::array kHighways{"primary", "secondary", "residential", "service", "track"};  // by RoadKind
constexpr std::array kRoofShapes{"gabled", "hipped", "flat", "skillion"};                   // by Roof

MapFeature road_feature(const Road& road) {
  MapFeature feature{
      "roads", false, road.line, {{"highway", kHighways.at(static_cast<std::size_t>(road.kind))}}};
  if (!road.name.empty()) feature.tags.emplace_back("name", road.name);
  feature.tags.emplace_back("width", plain_number(road.width));
  feature.tags.emplace_back("lanes", std::to_string(road.lanes));
  feature.tags.emplace_back("surface", road.kind == RoadKind::track ? "gravel" : "asphalt");
  if (road.bridge) {
    feature.tags.emplace_back("bridge", "yes");
    feature.tags.emplace_back("layer", "1");
  }
  return feature;
}

MapFeature building_feature(const Building& building) {
  return {"buildings",
          true,
          building.outline,
          {{"building", building.kind},
           {"height", plain_number(building.height())},
           {"roof:shape", kRoofShapes.at(static_cast<std::size_t>(building.parts.front().roof))}}};
}

MapFeature area_feature(const Area& area) {
  switch (area.use) {
    case LandUse::forest:
      return {"vegetation", true, area.ring, {{"landuse", "forest"}}};
    case LandUse::park:
      return {"vegetation", true, area.ring, {{"leisure", "park"}}};
    case LandUse::meadow:
      return {"vegetation", true, area.ring, {{"landuse", "grass"}}};
    case LandUse::field:
    case LandUse::crop:
      return {"vegetation", true, area.ring, {{"landuse", "farmland"}}};
    case LandUse::commercial:
      return {"landuse", true, area.ring, {{"landuse", "commercial"}}};
    default:
      return {"landuse", true, area.ring, {{"landuse", "residential"}}};
  }
}

}  // namespace

std::string plain_number(double value) {
  std::string text = fmt::format("{:.3f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::vector<MapFeature> map_features(const Town& town) {
  std::vector<MapFeature> features;
  const auto add = [&](MapFeature feature, double reach) {
    if (bounds(feature.line).grown(reach).touches(town.extent)) features.push_back(std::move(feature));
  };
  for (const Road& road : town.roads) add(road_feature(road), road.width / 2);
  for (const Building& building : town.buildings) add(building_feature(building), 0);
  for (const Water& water : town.waters)
    add({"water", true, water.ring, {{"natural", "water"}, {"water", water.kind}}}, 0);
  for (const Area& area : town.areas) add(area_feature(area), 0);
  for (const TreeRow& row : town.tree_rows) add({"tree_rows", false, row.line, {{"natural", "tree_row"}}}, 4);
  return features;
}

}  // namespace terramask::scene
