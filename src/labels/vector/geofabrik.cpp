#include "labels/vector/geofabrik.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace terramask::labels {
namespace {

/// Where nothing else is said, the class is the value of the group's key.
struct Group {
  int first, last;  ///< codes
  const char* key;
};
constexpr std::array kGroups{
    Group{1000, 1099, "place"},   Group{1500, 1599, "building"}, Group{4100, 4199, "natural"},
    Group{5100, 5199, "highway"}, Group{6100, 6110, "railway"},  Group{6111, 6199, "aerialway"},
    Group{7200, 7299, "landuse"}, Group{8100, 8199, "waterway"}, Group{8200, 8299, "natural"}};

struct Exception {
  const char* group;  ///< its key
  const char* fclass;
  const char* key;
  const char* value;
};
constexpr std::array kExceptions{Exception{"highway", "unknown", "highway", "road"},
                                 Exception{"highway", "track_grade1", "highway", "track"},
                                 Exception{"highway", "track_grade2", "highway", "track"},
                                 Exception{"highway", "track_grade3", "highway", "track"},
                                 Exception{"highway", "track_grade4", "highway", "track"},
                                 Exception{"highway", "track_grade5", "highway", "track"},
                                 Exception{"railway", "miniature_railway", "railway", "miniature"},
                                 Exception{"railway", "rack", "railway", "rail"},
                                 Exception{"landuse", "park", "leisure", "park"},
                                 Exception{"landuse", "nature_reserve", "leisure", "nature_reserve"},
                                 Exception{"landuse", "national_park", "boundary", "national_park"},
                                 Exception{"landuse", "scrub", "natural", "scrub"},
                                 Exception{"landuse", "heath", "natural", "heath"},
                                 Exception{"natural", "reservoir", "natural", "water"},
                                 Exception{"natural", "river", "natural", "water"},
                                 Exception{"natural", "riverbank", "natural", "water"},
                                 Exception{"natural", "dock", "waterway", "dock"}};

using geo::GeometryKind;

/// A group by the name of its layers: words in it, the longer before those that they begin with. 0: a group
/// that stands for no tags.
struct GroupLayer {
  const char* word;
  int code;  ///< the group's first
};
constexpr std::array kGroupLayers{
    GroupLayer{"places", 1000},    GroupLayer{"buildings", 1500}, GroupLayer{"natural", 4100},
    GroupLayer{"roads", 5100},     GroupLayer{"railways", 6100},  GroupLayer{"landuse", 7200},
    GroupLayer{"waterways", 8100}, GroupLayer{"water", 8200},     GroupLayer{"pois", 0},
    GroupLayer{"pofw", 0},         GroupLayer{"traffic", 0},      GroupLayer{"transport", 0}};

/// A class by which a group is known where the layer's name is another.
struct KnownClass {
  GeometryKind kind;
  const char* fclass;
  int code;
};
constexpr GeometryKind kOfLines = GeometryKind::lines, kOfAreas = GeometryKind::areas;
constexpr std::array kKnownClasses{KnownClass{kOfLines, "motorway", 5111},
                                   KnownClass{kOfLines, "motorway_link", 5131},
                                   KnownClass{kOfLines, "trunk", 5112},
                                   KnownClass{kOfLines, "trunk_link", 5132},
                                   KnownClass{kOfLines, "primary", 5113},
                                   KnownClass{kOfLines, "primary_link", 5133},
                                   KnownClass{kOfLines, "secondary", 5114},
                                   KnownClass{kOfLines, "secondary_link", 5134},
                                   KnownClass{kOfLines, "tertiary", 5115},
                                   KnownClass{kOfLines, "tertiary_link", 5135},
                                   KnownClass{kOfLines, "unclassified", 5121},
                                   KnownClass{kOfLines, "residential", 5122},
                                   KnownClass{kOfLines, "living_street", 5123},
                                   KnownClass{kOfLines, "pedestrian", 5124},
                                   KnownClass{kOfLines, "busway", 5125},
                                   KnownClass{kOfLines, "service", 5141},
                                   KnownClass{kOfLines, "track", 5142},
                                   KnownClass{kOfLines, "track_grade1", 5143},
                                   KnownClass{kOfLines, "track_grade2", 5144},
                                   KnownClass{kOfLines, "track_grade3", 5145},
                                   KnownClass{kOfLines, "track_grade4", 5146},
                                   KnownClass{kOfLines, "track_grade5", 5147},
                                   KnownClass{kOfLines, "bridleway", 5151},
                                   KnownClass{kOfLines, "cycleway", 5152},
                                   KnownClass{kOfLines, "footway", 5153},
                                   KnownClass{kOfLines, "path", 5154},
                                   KnownClass{kOfLines, "steps", 5155},
                                   KnownClass{kOfLines, "unknown", 5199},
                                   KnownClass{kOfLines, "rail", 6101},
                                   KnownClass{kOfLines, "light_rail", 6102},
                                   KnownClass{kOfLines, "subway", 6103},
                                   KnownClass{kOfLines, "tram", 6104},
                                   KnownClass{kOfLines, "monorail", 6105},
                                   KnownClass{kOfLines, "narrow_gauge", 6106},
                                   KnownClass{kOfLines, "miniature_railway", 6107},
                                   KnownClass{kOfLines, "funicular", 6108},
                                   KnownClass{kOfLines, "rack", 6109},
                                   KnownClass{kOfLines, "river", 8101},
                                   KnownClass{kOfLines, "stream", 8102},
                                   KnownClass{kOfLines, "canal", 8103},
                                   KnownClass{kOfLines, "drain", 8104},
                                   KnownClass{kOfAreas, "building", 1500},
                                   KnownClass{kOfAreas, "spring", 4101},
                                   KnownClass{kOfAreas, "glacier", 4103},
                                   KnownClass{kOfAreas, "cliff", 4111},
                                   KnownClass{kOfAreas, "beach", 4141},
                                   KnownClass{kOfAreas, "forest", 7201},
                                   KnownClass{kOfAreas, "park", 7202},
                                   KnownClass{kOfAreas, "residential", 7203},
                                   KnownClass{kOfAreas, "industrial", 7204},
                                   KnownClass{kOfAreas, "cemetery", 7206},
                                   KnownClass{kOfAreas, "allotments", 7207},
                                   KnownClass{kOfAreas, "meadow", 7208},
                                   KnownClass{kOfAreas, "commercial", 7209},
                                   KnownClass{kOfAreas, "nature_reserve", 7210},
                                   KnownClass{kOfAreas, "recreation_ground", 7211},
                                   KnownClass{kOfAreas, "retail", 7212},
                                   KnownClass{kOfAreas, "military", 7213},
                                   KnownClass{kOfAreas, "quarry", 7214},
                                   KnownClass{kOfAreas, "orchard", 7215},
                                   KnownClass{kOfAreas, "vineyard", 7216},
                                   KnownClass{kOfAreas, "scrub", 7217},
                                   KnownClass{kOfAreas, "grass", 7218},
                                   KnownClass{kOfAreas, "heath", 7219},
                                   KnownClass{kOfAreas, "national_park", 7220},
                                   KnownClass{kOfAreas, "farmland", 7228},
                                   KnownClass{kOfAreas, "farmyard", 7229},
                                   KnownClass{kOfAreas, "water", 8200},
                                   KnownClass{kOfAreas, "reservoir", 8201},
                                   KnownClass{kOfAreas, "river", 8202},
                                   KnownClass{kOfAreas, "dock", 8203},
                                   KnownClass{kOfAreas, "glacier", 8211},
                                   KnownClass{kOfAreas, "wetland", 8221},
                                   KnownClass{kOfAreas, "riverbank", 8202}};

}  // namespace

int geofabrik_code(std::string_view layer, GeometryKind kind, std::string_view fclass) {
  std::string small(layer);
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const GroupLayer& one : kGroupLayers)
    if (small.find(one.word) != std::string::npos) {
      // Ropeways lie among the railways, and are none.
      const bool ropeway = one.code == 6100 && (fclass.ends_with("_lift") || fclass == "cable_car" ||
                                                fclass == "gondola" || fclass == "goods");
      return ropeway ? 6111 : one.code;
    }
  for (const KnownClass& one : kKnownClasses)
    if ((one.kind == kind || kind == GeometryKind::any) && fclass == one.fclass) return one.code;
  return 0;
}

std::optional<std::string> geofabrik_tag(const GeofabrikClass& feature, std::string_view key) {
  for (const Group& group : kGroups) {
    if (feature.code < group.first || feature.code > group.last) continue;
    for (const Exception& one : kExceptions)
      if (std::string_view(group.key) == one.group && feature.fclass == one.fclass)
        return key == one.key ? std::optional<std::string>(one.value) : std::nullopt;
    if (key != group.key) return std::nullopt;
    if (key == "building") return feature.type.empty() ? "yes" : feature.type;
    return feature.fclass;
  }
  return std::nullopt;
}

}  // namespace terramask::labels
