#include "region/stac.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "geo/legend.hpp"
#include "geo/lon_lat.hpp"
#include "models/atomic_file.hpp"
#include "region/plan.hpp"

namespace terramask::region {
namespace {

namespace fs = std::filesystem;

constexpr const char* version = "1.0.0";
constexpr const char* cog = "image/tiff; application=geotiff; profile=cloud-optimized";

Json extensions() {
  return {"https://stac-extensions.github.io/projection/v1.1.0/schema.json",
          "https://stac-extensions.github.io/raster/v1.1.0/schema.json",
          "https://stac-extensions.github.io/classification/v1.0.0/schema.json"};
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

/// Where something lies on Earth: its ring and the box around it; empty where nobody knows.
struct Place {
  Json geometry, bbox;
};

Place place_of(const Grid& grid, const Window& window) {
  const auto ring = geo::lon_lat_ring(grid, window);
  if (ring.empty()) return {Json(), Json::array({-180.0, -90.0, 180.0, 90.0})};
  std::array<double, 4> box{ring[0][0], ring[0][1], ring[0][0], ring[0][1]};
  for (const auto& point : ring)
    box = {std::min(box[0], point[0]), std::min(box[1], point[1]), std::max(box[2], point[0]),
           std::max(box[3], point[1])};
  return {{{"type", "Polygon"}, {"coordinates", Json::array({ring})}}, box};
}

Json times(const StacCollection& collection) {
  if (collection.start == collection.end) return {{"datetime", collection.start}};
  return {{"datetime", nullptr}, {"start_datetime", collection.start}, {"end_datetime", collection.end}};
}

Json mask_band(const JobFile& file, const RegionTile& tile) {
  const int nodata = geo::nodata_for(file.classes);
  const double share =
      tile.pixels == 0 ? 0 : 100 * static_cast<double>(tile.valid) / static_cast<double>(tile.pixels);
  Json band{{"data_type", nodata == 255 ? "uint8" : "uint16"},
            {"nodata", nodata},
            {"sampling", "area"},
            {"statistics", {{"valid_percent", std::round(share * 1e6) / 1e6}}}};
  if (const auto size = ground_pixel_size(terramask::cut(file.grid, tile.window)))
    band["spatial_resolution"] = std::round((size->x + size->y) / 2 * 1e6) / 1e6;
  band["classification:classes"] = classes_of(file);
  return band;
}

Json probability_bands(const JobFile& file, bool byte) {
  Json bands = Json::array();
  for (std::size_t i = 0; i < file.classes.size(); ++i) {
    Json band{{"data_type", byte ? "uint8" : "float32"}, {"sampling", "area"}};
    band["nodata"] = byte ? Json(255) : Json("nan");
    if (byte) band["scale"] = 1 / 254.0;
    bands.push_back(std::move(band));
  }
  return bands;
}

Json link(const char* relation, const std::string& href, const char* type) {
  return {{"rel", relation}, {"href", href}, {"type", type}};
}

Json item_of(const StacCollection& collection, const RegionTile& tile) {
  const JobFile& file = collection.file;
  const Grid grid = terramask::cut(file.grid, tile.window);
  const Place place = place_of(file.grid, tile.window);
  Json properties = times(collection);
  const int epsg = geo::epsg_code(grid.crs);
  properties["proj:epsg"] = epsg != 0 ? Json(epsg) : Json();
  if (epsg == 0) properties["proj:wkt2"] = grid.crs;
  properties["proj:shape"] = {grid.height, grid.width};
  const auto& g = grid.geotransform;
  properties["proj:transform"] = {g[1], g[2], g[0], g[4], g[5], g[3]};
  properties["terramask:mean_confidence"] = std::round(tile.confidence * 1e6) / 1e6;

  Json assets;
  assets["mask"] = {{"href", "./" + tile_name(tile) + ".tif"},
                    {"type", cog},
                    {"roles", {"data"}},
                    {"raster:bands", Json::array({mask_band(file, tile)})}};
  const Json& products = file.description["products"];
  if (products["probabilities"] == true)
    assets["probabilities"] = {
        {"href", "./" + tile_name(tile) + "_probabilities.tif"},
        {"type", cog},
        {"roles", {"data"}},
        {"raster:bands", probability_bands(file, products["probability_type"] == "byte")}};
  return {{"type", "Feature"},
          {"stac_version", version},
          {"stac_extensions", extensions()},
          {"id", tile_name(tile)},
          {"geometry", place.geometry},
          {"bbox", place.bbox},
          {"properties", properties},
          {"links", Json::array({link("root", "../../collection.json", "application/json"),
                                 link("parent", "../../collection.json", "application/json"),
                                 link("collection", "../../collection.json", "application/json")})},
          {"assets", assets},
          {"collection", collection.id}};
}

std::string item_path(const RegionTile& tile) {
  return fmt::format("tiles/r{:05}/{}.json", tile.row, tile_name(tile));
}

/// Items are many and can be written again: they need not outlast a power cut one by one.
void write_text(const std::string& path, const std::string& text) {
  const std::string hidden = path + ".part";
  std::ofstream file(hidden, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  std::error_code failed;
  if (file) fs::rename(hidden, path, failed);
  if (!file || failed)
    throw Error(ErrorCode::io, path + ": cannot be written", "check the free space and the permissions");
}

}  // namespace

void write_stac(const std::string& folder, const StacCollection& collection,
                std::span<const JournalTile> tiles) {
  Json links = Json::array({link("root", "./collection.json", "application/json")});
  for (const JournalTile& one : tiles) {
    write_text((fs::path(folder) / item_path(one.tile)).string(),
               item_of(collection, one.tile).dump(2) + "\n");
    links.push_back(link("item", "./" + item_path(one.tile), "application/geo+json"));
  }
  const JobFile& file = collection.file;
  const auto time = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  const Json& model = file.description["model"];
  const int epsg = geo::epsg_code(file.grid.crs);
  const Json json{
      {"type", "Collection"},
      {"stac_version", version},
      {"stac_extensions", extensions()},
      {"id", collection.id},
      {"description",
       fmt::format("Masks made by Terramask with the model {}", model["file"].get<std::string>())},
      {"license", "proprietary"},
      {"extent",
       {{"spatial", {{"bbox", Json::array({place_of(file.grid, file.window).bbox})}}},
        {"temporal",
         {{"interval", Json::array({Json::array({time(collection.start), time(collection.end)})})}}}}},
      {"summaries",
       {{"proj:epsg", epsg != 0 ? Json::array({epsg}) : Json::array({nullptr})},
        {"terramask:model_sha256", Json::array({model["sha256"]})}}},
      {"links", links},
      {"assets",
       {{"mask", {{"href", "./mask.vrt"}, {"type", "application/xml"}, {"roles", {"data"}}}},
        {"tiles",
         {{"href", "./tiles.gpkg"}, {"type", "application/geopackage+sqlite3"}, {"roles", {"metadata"}}}}}}};
  const std::string text = json.dump(2) + "\n";
  AtomicFile written((fs::path(folder) / "collection.json").string(), true);
  written.write(std::as_bytes(std::span(text)));
  written.commit();
}

}  // namespace terramask::region
