#include "labels/vector/rule_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

using geo::GeometryKind;

struct OsmLayer {
  const char* name;
  GeometryKind kind;
};
constexpr std::array kOsmLayers{
    OsmLayer{"points", GeometryKind::points}, OsmLayer{"lines", GeometryKind::lines},
    OsmLayer{"multilinestrings", GeometryKind::lines}, OsmLayer{"multipolygons", GeometryKind::areas}};
constexpr const char* kRelations = "other_relations";

/// The layers that may stand for one of an OSM file.
std::vector<std::size_t> stand_ins(const geo::VectorStream& stream, const std::vector<std::string>& there,
                                   const OsmLayer& wanted) {
  // "town_lines" and "town_multilinestrings", as QuickOSM names them, each stand for their own.
  const auto another = [&](const std::string& name) {
    return std::any_of(kOsmLayers.begin(), kOsmLayers.end(), [&](const OsmLayer& one) {
      return &one != &wanted && name.ends_with(std::string("_") + one.name);
    });
  };
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < there.size(); ++i)
    if ((stream.kind(i) == wanted.kind || stream.kind(i) == GeometryKind::any) && !another(there[i]))
      found.push_back(i);
  return found;
}

bool all_of_geofabrik(const geo::VectorStream& stream, const std::vector<std::size_t>& layers) {
  return std::all_of(layers.begin(), layers.end(),
                     [&](std::size_t layer) { return stream.field(layer, "fclass") >= 0; });
}

}  // namespace

std::vector<RuleLayer> rule_layers(const geo::VectorStream& stream, const std::string& path,
                                   const std::vector<std::string>& names, const std::string& place) {
  const std::vector<std::string> there = stream.layers();
  const std::string remedy = fmt::format("name one or more of: {}", fmt::join(there, ", "));
  if (names.empty()) {
    if (there.size() == 1) return {{0, GeometryKind::any}};
    throw Error(ErrorCode::format, fmt::format("{}: missing: {} has several layers", place, path), remedy);
  }
  std::vector<RuleLayer> found;
  const auto take = [&found](std::size_t layer, GeometryKind kind) {
    for (const RuleLayer& one : found)
      if (one.layer == layer && one.kind == kind) return;
    found.push_back({layer, kind});
  };
  for (const std::string& name : names) {
    const auto at = std::find(there.begin(), there.end(), name);
    if (at != there.end()) {
      take(static_cast<std::size_t>(at - there.begin()), GeometryKind::any);
      continue;
    }
    const auto osm = std::find_if(kOsmLayers.begin(), kOsmLayers.end(),
                                  [&name](const OsmLayer& one) { return name == one.name; });
    if (osm == kOsmLayers.end()) {
      if (name == kRelations) continue;
      throw Error(ErrorCode::format, fmt::format("{}: {} has no layer \"{}\"", place, path, name), remedy);
    }
    const std::vector<std::size_t> layers = stand_ins(stream, there, *osm);
    if (layers.size() > 1 && !all_of_geofabrik(stream, layers))
      throw Error(ErrorCode::format,
                  fmt::format("{}: {} has no layer \"{}\", and several that may be meant", place, path, name),
                  remedy);
    for (const std::size_t layer : layers) take(layer, osm->kind);
  }
  return found;
}

}  // namespace terramask::labels
