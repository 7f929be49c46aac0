#include "labels/geofabrik.hpp"

#include <array>

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

}  // namespace

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
