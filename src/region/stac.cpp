#include "region/stac.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <span>

#include "geo/base/lon_lat.hpp"
#include "geo/style/mask_classes.hpp"
#include "models/atomic_file.hpp"
#include "region/plan.hpp"
#include "region/stac_assets.hpp"

namespace terramask::region {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVersion = "1.0.0";
constexpr const char* kCog = "image/tiff; application=geotiff; profile=cloud-optimized";

Json extensions() {
  return {"https://stac-extensions.github.io/projection/v1.1.0/schema.json",
          "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
          "https://stac-extensions.github.io/classification/v1.0.0/schema.json"};
}

Json collection_extensions() {
  Json list = extensions();
  list.push_back("https://stac-extensions.github.io/item-assets/v1.0.0/schema.json");
  return list;
}

/// Names of files and fields may hold any bytes, JSON none but UTF-8.
std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// A class's name as the extension wants it: letters, digits, dashes and underscores.
std::string plain(const std::string& name) {
  std::string made;
  for (const char c : name)
    made += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '_';
  return made;
}

Json classes_of(const JobFile& file) {
  Json list = Json::array();
  for (const ClassInfo& one : file.classes) {
    std::string color = one.color.size() == 7 ? one.color.substr(1) : one.color;
    std::transform(color.begin(), color.end(), color.begin(),
                   [](unsigned char c) { return std::toupper(c); });
    list.push_back(
        {{"value", one.value}, {"name", plain(one.name)}, {"description", one.name}, {"color-hint", color}});
  }
  return list;
}

Json geometry_of(const geo::LonLatPlace& place) {
  if (place.rings.size() == 1)
    return {{"type", "Polygon"}, {"coordinates", Json::array({place.rings.front()})}};
  Json polygons = Json::array();
  for (const auto& ring : place.rings) polygons.push_back(Json::array({ring}));
  return {{"type", "MultiPolygon"}, {"coordinates", polygons}};
}

/// Of the whole region, whose edges are long: with as many points along them as GDAL takes for a box.
Json box_of(const JobFile& file) {
  const auto place = geo::lon_lat_place(file.grid, file.window, 21);
  return place ? Json(place->box) : Json::array({-180, -90, 180, 90});
}

/// An item must have a date or both ends of an interval: of one that is open these are the outermost.
Json times(const TimeSpan& time) {
  if (time.start.empty())
    return {{"datetime", nullptr},
            {"start_datetime", "0001-01-01T00:00:00Z"},
            {"end_datetime", "9999-12-31T23:59:59Z"}};
  if (time.start == time.end) return {{"datetime", time.start}};
  return {{"datetime", nullptr}, {"start_datetime", time.start}, {"end_datetime", time.end}};
}

Json interval_of(const TimeSpan& time) {
  if (time.start.empty()) return Json::array({nullptr, nullptr});
  return Json::array({time.start, time.end});
}

/// Of the masks of all tiles.
Json mask_band(const JobFile& file) {
  const int nodata = geo::nodata_for(file.classes);
  return {{"name", "mask"},
          {"data_type", nodata == 255 ? "uint8" : "uint16"},
          {"nodata", nodata},
          {"sampling", "area"},
          {"classification:classes", classes_of(file)}};
}

Json mask_band(const JobFile& file, const RegionTile& tile) {
  Json band = mask_band(file);
  const double share =
      tile.pixels == 0 ? 0 : 100 * static_cast<double>(tile.valid) / static_cast<double>(tile.pixels);
  band["statistics"] = {{"valid_percent", std::round(share * 1e6) / 1e6}};
  if (const auto size = ground_pixel_size(terramask::cut(file.grid, tile.window)))
    band["spatial_resolution"] = std::round((size->x + size->y) / 2 * 1e6) / 1e6;
  return band;
}

Json probability_bands(const JobFile& file, bool byte) {
  Json bands = Json::array();
  for (const ClassInfo& one : file.classes) {
    Json band{{"name", one.name}, {"data_type", byte ? "uint8" : "float32"}, {"sampling", "area"}};
    band["nodata"] = byte ? Json(255) : Json("nan");
    if (byte) band["scale"] = 1 / 254.0;
    bands.push_back(std::move(band));
  }
  return bands;
}

/// What the items' assets have in common.
Json item_assets(const JobFile& file) {
  Json assets;
  assets["mask"] = {{"title", "Mask of classes"},
                    {"type", kCog},
                    {"roles", {"data"}},
                    {"raster:bands", Json::array({mask_band(file)})}};
  const Json& products = file.description["products"];
  if (products["probabilities"] == true)
    assets["probabilities"] = {
        {"title", "Probabilities, a band a class"},
        {"type", kCog},
        {"roles", {"data"}},
        {"raster:bands", probability_bands(file, products["probability_type"] == "byte")}};
  return assets;
}

Json link(const char* relation, const std::string& href, const char* type) {
  return {{"rel", relation}, {"href", href}, {"type", type}};
}

Json item_of(const StacCollection& collection, const RegionTile& tile) {
  const JobFile& file = collection.file;
  const Grid grid = terramask::cut(file.grid, tile.window);
  Json properties = times(collection.time);
  const int epsg = geo::epsg_code(grid.crs);
  properties["proj:epsg"] = epsg != 0 ? Json(epsg) : Json();
  if (epsg == 0) properties["proj:wkt2"] = grid.crs;
  properties["proj:shape"] = {grid.height, grid.width};
  const auto& g = grid.geotransform;
  properties["proj:transform"] = {g[1], g[2], g[0], g[4], g[5], g[3]};
  properties["terramask:mean_confidence"] = std::round(tile.confidence * 1e6) / 1e6;

  Json assets = item_assets(file);
  assets["mask"]["href"] = "./" + tile_name(tile) + ".tif";
  assets["mask"]["raster:bands"] = Json::array({mask_band(file, tile)});
  if (assets.contains("probabilities"))
    assets["probabilities"]["href"] = "./" + tile_name(tile) + "_probabilities.tif";
  Json item{{"type", "Feature"},
            {"stac_version", kVersion},
            {"stac_extensions", extensions()},
            {"id", tile_name(tile)},
            {"geometry", nullptr}};
  // Without a geometry there must be no box.
  if (const auto place = geo::lon_lat_place(file.grid, tile.window)) {
    item["geometry"] = geometry_of(*place);
    item["bbox"] = place->box;
  }
  item["properties"] = properties;
  item["links"] = Json::array({link("root", "../../collection.json", "application/json"),
                               link("parent", "../../collection.json", "application/json"),
                               link("collection", "../../collection.json", "application/json")});
  item["assets"] = assets;
  item["collection"] = collection.id;
  return item;
}

std::string item_path(const RegionTile& tile) {
  return fmt::format("tiles/r{:05}/{}.json", tile.row, tile_name(tile));
}

}  // namespace

void write_stac_items(const std::string& folder, const StacCollection& collection,
                      std::span<const JournalTile> tiles) {
  for (const JournalTile& one : tiles)
    replace_file((fs::path(folder) / item_path(one.tile)).string(), text_of(item_of(collection, one.tile)));
}

void write_stac_collection(const std::string& folder, const StacCollection& collection,
                           std::span<const JournalTile> tiles, std::span<const std::string> products) {
  Json links = Json::array({link("root", "./collection.json", "application/json")});
  for (const JournalTile& one : tiles)
    links.push_back(link("item", "./" + item_path(one.tile), "application/geo+json"));
  const JobFile& file = collection.file;
  const Json& model = file.description["model"];
  const int epsg = geo::epsg_code(file.grid.crs);
  const Json json{{"type", "Collection"},
                  {"stac_version", kVersion},
                  {"stac_extensions", collection_extensions()},
                  {"id", collection.id},
                  {"description", fmt::format("Masks made by Terramask with the model {}",
                                              model["file"].get<std::string>())},
                  {"license", "proprietary"},
                  {"extent",
                   {{"spatial", {{"bbox", Json::array({box_of(file)})}}},
                    {"temporal", {{"interval", Json::array({interval_of(collection.time)})}}}}},
                  {"summaries",
                   {{"proj:epsg", epsg != 0 ? Json::array({epsg}) : Json::array({nullptr})},
                    {"terramask:model_sha256", Json::array({model["sha256"]})}}},
                  {"item_assets", item_assets(file)},
                  {"links", links},
                  {"assets", collection_assets(folder, products, item_assets(file))}};
  replace_file((fs::path(folder) / "collection.json").string(), text_of(json));
}

}  // namespace terramask::region
