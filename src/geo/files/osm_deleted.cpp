#include "geo/files/osm_deleted.hpp"

#include <cpl_vsi.h>
#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <new>
#include <string_view>

#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr std::size_t kOsmPart = std::size_t{1} << 20U;  // bytes read at once
constexpr std::array<std::string_view, 3> kTellingWords{"delete", "false", "osmChange"};
constexpr std::size_t kLongestWord = 9;

/// Hands over the file's bytes, part by part, until `take` returns false. What cannot be read is told by who
/// reads it next.
void osm_parts(const std::string& opened, const std::function<bool(std::string_view)>& take) {
  const std::unique_ptr<VSILFILE, decltype(&VSIFCloseL)> file(VSIFOpenL(opened.c_str(), "rb"), &VSIFCloseL);
  if (file == nullptr) return;
  std::string part(kOsmPart, '\0');
  for (std::size_t size = kOsmPart; size == kOsmPart;) {
    size = VSIFReadL(part.data(), 1, kOsmPart, file.get());
    if (size == 0 || !take(std::string_view(part).substr(0, size))) return;
  }
}

/// Whether it is XML in which one of the words stands: where none does, nothing need be parsed.
bool may_tell_of_deletions(const std::string& opened) {
  bool found = false, first = true;
  std::string text;
  osm_parts(opened, [&](std::string_view part) {
    // As GDAL tells XML from .pbf.
    if (first && part.find("<osm") == std::string_view::npos) return false;
    first = false;
    text.erase(0, text.size() - std::min(text.size(), kLongestWord - 1));
    text += part;
    found = std::ranges::any_of(kTellingWords,
                                [&](std::string_view word) { return text.find(word) != std::string::npos; });
    return !found;
  });
  return found;
}

struct OsmDeletion {
  XML_Parser parser = nullptr;
  std::string object;  ///< the first: "way 20"
  bool by_editor = false, changes = false;

  bool found() const { return changes || !object.empty(); }
};

void XMLCALL find_deletion(void* to, const XML_Char* element, const XML_Char** attributes) {
  auto& found = *static_cast<OsmDeletion*>(to);
  const std::string_view name(element);
  found.changes = name == "osmChange";
  if (name == "node" || name == "way" || name == "relation") {
    std::string_view id, action, visible;
    for (; *attributes != nullptr; attributes += 2) {
      const std::string_view key(attributes[0]);
      if (key == "id") id = attributes[1];
      if (key == "action") action = attributes[1];
      if (key == "visible") visible = attributes[1];
    }
    found.by_editor = action == "delete";
    if (found.by_editor || visible == "false") found.object = fmt::format("{} {}", name, id);
  }
  if (found.found()) XML_StopParser(found.parser, XML_FALSE);
}

}  // namespace

void refuse_deleted_objects(const std::string& opened, const std::string& path) {
  if (!may_tell_of_deletions(opened)) return;
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr),
                                                                            &XML_ParserFree);
  if (!parser) throw std::bad_alloc();
  OsmDeletion found;
  found.parser = parser.get();
  XML_SetUserData(parser.get(), &found);
  XML_SetStartElementHandler(parser.get(), find_deletion);
  osm_parts(opened, [&](std::string_view part) {
    return XML_Parse(parser.get(), part.data(), static_cast<int>(part.size()), 0) == XML_STATUS_OK;
  });
  if (!found.found()) return;
  if (found.changes)
    throw Error(
        ErrorCode::unsupported, path + ": a file of changes to OpenStreetMap, not a map",
        fmt::format("apply it to its map first: `osmium apply-changes map.osm.pbf {} -o new.osm.pbf`", path));
  throw Error(ErrorCode::unsupported,
              fmt::format("{}: holds deleted objects ({}, {}), which GDAL would take as present", path,
                          found.object, found.by_editor ? "action='delete'" : "visible='false'"),
              found.by_editor ? "purge them in JOSM and save it again, or upload them and download it again"
                              : fmt::format("leave them out: `osmium time-filter {} -o present.osm`", path));
}

}  // namespace terramask::geo
