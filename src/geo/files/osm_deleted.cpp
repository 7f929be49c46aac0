#include "geo/files/osm_deleted.hpp"

#include <cpl_vsi.h>
#include <fmt/format.h>

#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include "geo/files/osm_xml.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr std::size_t kOsmPart = std::size_t{1} << 20U;  // bytes read at once
constexpr std::array<std::string_view, 3> kTellingWords{"delete", "false", "osmChange"};

/// Passes the file's bytes on, part by part, until `take` returns false. Read errors are reported by the next
/// reader.
void osm_parts(const std::string& opened, const std::function<bool(std::string_view)>& take) {
  const std::unique_ptr<VSILFILE, decltype(&VSIFCloseL)> file(VSIFOpenL(opened.c_str(), "rb"), &VSIFCloseL);
  if (file == nullptr) return;
  std::string part(kOsmPart, '\0');
  for (std::size_t size = kOsmPart; size == kOsmPart;) {
    size = VSIFReadL(part.data(), 1, kOsmPart, file.get());
    if (size == 0 || !take(std::string_view(part).substr(0, size))) return;
  }
}

/// Distinguishes XML from .pbf as GDAL does.
bool is_osm_xml(const std::string& opened) {
  bool xml = false;
  osm_parts(opened, [&xml](std::string_view part) {
    xml = part.find("<osm") != std::string_view::npos;
    return false;
  });
  return xml;
}

}  // namespace

void refuse_deleted_objects(const std::string& opened, const std::string& path) {
  const OsmParts parts = [&opened](const auto& take) { osm_parts(opened, take); };
  if (!is_osm_xml(opened) || !mentions(parts, kTellingWords)) return;
  std::string object;  // the first deleted one: "way 20"
  bool by_editor = false, changes = false;
  visit_osm_elements(parts, [&](const OsmElement& one) {
    changes = one.name == "osmChange";
    if (one.name == "node" || one.name == "way" || one.name == "relation") {
      by_editor = one.action == "delete";
      if (by_editor || one.visible == "false") object = fmt::format("{} {}", one.name, one.id);
    }
    return !changes && object.empty();
  });
  if (changes)
    throw Error(
        ErrorCode::unsupported, path + ": a file of changes to OpenStreetMap, not a map",
        fmt::format("apply it to its map first: `osmium apply-changes map.osm.pbf {} -o new.osm.pbf`", path));
  if (object.empty()) return;
  throw Error(ErrorCode::unsupported,
              fmt::format("{}: holds deleted objects ({}, {}), which GDAL would take as present", path,
                          object, by_editor ? "action='delete'" : "visible='false'"),
              by_editor ? "purge them in JOSM and save it again, or upload them and download it again"
                        : fmt::format("leave them out: `osmium time-filter {} -o present.osm`", path));
}

}  // namespace terramask::geo
