#include "region/stac_assets.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace terramask::region {
namespace {

using Json = nlohmann::ordered_json;

struct ProductAsset {
  const char *file, *key, *title, *type, *role;
};

constexpr const char* kGeopackage = "application/geopackage+sqlite3";
constexpr const char* kXml = "application/xml";

constexpr std::array<ProductAsset, 6> kProductAssets{{
    {"mask.vrt", "mask", "Masks of all tiles as one raster", kXml, "data"},
    {"probabilities.vrt", "probabilities", "Probabilities of all tiles as one raster, a band a class", kXml,
     "data"},
    {"tiles.gpkg", "tiles", "Index of the tiles: status, valid share, mean confidence", kGeopackage,
     "metadata"},
    {"polygons.gpkg", "polygons", "Polygons of the classes, seams between tiles dissolved", kGeopackage,
     "data"},
    {"zones.csv", "zones_table", "Hectares and shares of the classes in each zone", "text/csv", "data"},
    {"zones.gpkg", "zones", "The zones, with hectares and shares of the classes", kGeopackage, "data"},
}};

}  // namespace

Json collection_assets(const std::string& folder, std::span<const std::string> products,
                       const Json& item_assets) {
  namespace fs = std::filesystem;
  Json assets = Json::object();
  for (const ProductAsset& one : kProductAssets) {
    const bool made = std::any_of(products.begin(), products.end(), [&](const std::string& path) {
      return fs::path(path).filename() == one.file;
    });
    if (!made) continue;
    Json& asset = assets[one.key] = {{"href", std::string("./") + one.file},
                                     {"title", one.title},
                                     {"type", one.type},
                                     {"roles", Json::array({one.role})}};
    if (one.type != kXml) continue;
    asset["raster:bands"] = item_assets.at(one.key).at("raster:bands");
    const std::string style = fs::path(one.file).replace_extension(".qml").string();
    std::error_code unknown;
    if (fs::exists(fs::path(folder) / style, unknown))
      assets[std::string(one.key) + "_style"] = {{"href", "./" + style},
                                                 {"title", std::string("QGIS style of ") + one.file},
                                                 {"type", kXml},
                                                 {"roles", Json::array({"metadata"})}};
  }
  return assets;
}

}  // namespace terramask::region
