#include "tiles/tile_map_resource.hpp"

#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "terramask/error.hpp"

namespace terramask::tiles {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

std::optional<std::string> contents(const fs::path& path) {
  std::error_code failed;
  if (!fs::is_regular_file(path, failed)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw Error(ErrorCode::io, fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)),
                "check its permissions: it says how the tiles beside it are counted");
  std::string text(kMostBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

struct TileMap {
  std::string profile, crs;
  bool root = false;
  std::string* text = nullptr;  ///< of the open element
};

void XMLCALL begin_element(void* data, const XML_Char* name, const XML_Char** attributes) {
  auto& map = *static_cast<TileMap*>(data);
  const std::string_view element(name);
  if (element == "TileMap") map.root = true;
  if (element == "SRS") map.text = &map.crs;
  if (element != "TileSets") return;
  for (; *attributes != nullptr; attributes += 2)
    if (std::string_view(attributes[0]) == "profile") map.profile = attributes[1];
}

void XMLCALL end_element(void* data, const XML_Char*) {
  static_cast<TileMap*>(data)->text = nullptr;
}

void XMLCALL take_text(void* data, const XML_Char* text, int length) {
  auto& map = *static_cast<TileMap*>(data);
  if (map.text != nullptr) map.text->append(text, static_cast<std::size_t>(length));
}

TileMap parse(const std::string& text, const std::string& path) {
  TileMap map;
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(XML_ParserCreate(nullptr),
                                                                            XML_ParserFree);
  XML_SetUserData(parser.get(), &map);
  XML_SetElementHandler(parser.get(), begin_element, end_element);
  XML_SetCharacterDataHandler(parser.get(), take_text);
  const bool read = XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), 1) == XML_STATUS_OK;
  if (read && map.root) return map;
  throw Error(ErrorCode::format,
              fmt::format("{}: {}", path,
                          read ? "not the description of a tile map"
                               : XML_ErrorString(XML_GetErrorCode(parser.get()))),
              "correct it; without it rows are counted from the north");
}

bool is_web_mercator(const TileMap& map) {
  constexpr std::array<std::string_view, 2> profiles{"mercator", "global-mercator"};
  if (!map.profile.empty()) return std::find(profiles.begin(), profiles.end(), map.profile) != profiles.end();
  constexpr std::array<std::string_view, 5> codes{"EPSG:3857", "EPSG:3785", "EPSG:900913", "OSGEO:41001",
                                                  "EPSG:102100"};
  return std::find(codes.begin(), codes.end(), map.crs) != codes.end();
}

/// Whether the viewer counts rows from the south: "tms: true" in its layer options.
std::optional<bool> viewer_counts_from_south(const std::string& page) {
  constexpr std::string_view key = "tms:";
  const std::size_t at = page.find(key);
  if (at == std::string::npos) return std::nullopt;
  std::size_t value = at + key.size();
  while (value < page.size() && std::isspace(static_cast<unsigned char>(page[value])) != 0) ++value;
  return page.compare(value, 4, "true") == 0 || page.compare(value, 1, "1") == 0;
}

/// The position after {z}/{x}/ in the page's URL of its own tiles, which has no host.
std::size_t behind_own_columns(std::string_view page) {
  constexpr std::string_view columns = "{z}/{x}/";
  for (std::size_t at = page.find(columns); at != std::string_view::npos; at = page.find(columns, at + 1)) {
    const std::size_t quote = page.substr(0, at).find_last_of("'\"`");
    if (quote != std::string_view::npos &&
        page.substr(quote, at - quote).find("//") == std::string_view::npos)
      return at + columns.size();
  }
  return std::string_view::npos;
}

/// The code of a CRS in the text other than Web Mercator, such as "EPSG:4326"; else empty.
std::string other_projection(std::string_view text) {
  constexpr std::string_view key = "projection:";
  constexpr std::size_t most = 60;  // up to the code: "new ol.proj.Projection({code: 'EPSG:32633'"
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    const std::string_view value = text.substr(at, key.size() + most);
    const std::size_t begin = value.find("EPSG:");
    if (begin == std::string_view::npos) continue;
    const std::string code(value.substr(begin, value.find_first_of("'\"`", begin) - begin));
    if (!is_web_mercator({.profile = {}, .crs = code})) return code;
  }
  return {};
}

/// The same for a page whose tile URL's columns end at `at`; controls are ignored, as they may show positions
/// in any CRS.
std::string other_projection_of_tiles(std::string_view page, std::size_t at) {
  const std::size_t begin = page.rfind("source.", at);
  if (begin == std::string_view::npos) return {};
  const std::string_view source = page.substr(begin, page.find("})", at) - begin);
  std::string code = other_projection(source);
  const std::size_t view = page.find("ol.View(");
  // OpenLayers assumes that XYZ is in Web Mercator, and that other sources are in the CRS of the view.
  if (code.empty() && !source.starts_with("source.XYZ") && view != std::string_view::npos)
    code = other_projection(page.substr(view));
  return code;
}

[[noreturn]] void refuse_profile(const std::string& file, const std::string& profile,
                                 const std::string& crs) {
  throw Error(ErrorCode::unsupported,
              fmt::format("{}: tiles of the profile \"{}\" ({}), which are not those of Web Mercator", file,
                          profile, crs.empty() ? "no CRS" : crs.substr(0, 60)),
              "make them with `gdal2tiles.py --profile=mercator`, or name the raster they were made of");
}

/// Reads an OpenLayers page written by gdal2tiles.py.
std::optional<TileMapResource> read_openlayers(const std::string& file) {
  const auto page = contents(file);
  if (!page) return std::nullopt;
  const std::size_t at = behind_own_columns(*page);
  if (at == std::string::npos) return std::nullopt;
  if (const std::string crs = other_projection_of_tiles(*page, at); !crs.empty())
    refuse_profile(file, crs == "EPSG:4326" ? "geodetic" : "raster", crs);
  if (page->compare(at, 4, "{-y}") == 0) return TileMapResource{file, true};
  if (page->compare(at, 3, "{y}") == 0) return TileMapResource{file, false};
  return std::nullopt;
}

/// Reads TileJSON (https://github.com/mapbox/tilejson-spec); files with these names may also be something
/// else.
std::optional<TileMapResource> read_tile_json(const std::string& file) {
  const auto text = contents(file);
  if (!text) return std::nullopt;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto told = [&](const char* key) {
    const bool there = json.is_object() && json.contains(key) && json[key].is_string();
    return there ? json[key].get<std::string>() : std::string();
  };
  if (const std::string profile = told("profile"); profile.ends_with("geodetic"))
    refuse_profile(file, profile, "EPSG:4326");
  const std::string scheme = told("scheme");
  if (scheme != "tms" && scheme != "xyz") return std::nullopt;
  return TileMapResource{file, scheme == "tms"};
}

}  // namespace

std::optional<TileMapResource> read_tile_map_resource(const fs::path& folder) {
  const std::string described = (folder / "tilemapresource.xml").string();
  if (const auto text = contents(described)) {
    const TileMap map = parse(*text, described);
    if (!is_web_mercator(map)) refuse_profile(described, map.profile, map.crs);
    return TileMapResource{described, true};
  }
  const std::string viewer = (folder / "leaflet.html").string();
  if (const auto page = contents(viewer))
    if (const auto south = viewer_counts_from_south(*page)) return TileMapResource{viewer, *south};
  if (auto told = read_openlayers((folder / "openlayers.html").string())) return told;
  for (const char* name : {"metadata.json", "tiles.json", "tilejson.json"})
    if (auto told = read_tile_json((folder / name).string())) return told;
  return std::nullopt;
}

}  // namespace terramask::tiles
