// Rules, vector files and images for the tests of labels.
#pragma once

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <vector>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/read_support.hpp"
#include "terramask/labels.hpp"

namespace terramask::tests {

using Json = nlohmann::ordered_json;

/// A raster of whole numbers, read whole.
struct Raster {
  int width = 0, height = 0;
  std::vector<int> values;

  int at(int column, int row) const { return values[static_cast<std::size_t>(row * width + column)]; }
};

inline Raster read_raster(const std::string& path) {
  const geo::DatasetPtr file = geo::open_raster(path);
  Raster raster{file->GetRasterXSize(), file->GetRasterYSize(), {}};
  raster.values.resize(static_cast<std::size_t>(raster.width) * static_cast<std::size_t>(raster.height));
  EXPECT_EQ(file->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, raster.width, raster.height, raster.values.data(),
                                             raster.width, raster.height, GDT_Int32, 0, 0, nullptr),
            CE_None);
  return raster;
}

class LabelsTest : public ReadTest {
 protected:
  void write_text(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
  }

  /// Background 0 and road 1, painted by one rule from `source`.
  static Json simple_rules(const std::string& source) {
    return Json::parse(R"({"version": 1, "unlabelled": "background",
      "classes": [{"value": 0, "name": "background", "color": "#000000"},
                  {"value": 1, "name": "road", "color": "#ffd400"}],
      "sources": {"map": {"path": ")" +
                       source + R"("}}, "rules": [{"source": "map", "class": "road"}]})");
  }

  LabelsOptions options(const Json& rules, const std::string& like,
                        const std::string& output = "labels.tif") const {
    write_text("rules.json", rules.dump(1));
    LabelsOptions options;
    options.rules = file("rules.json");
    options.like = like;
    options.output = file(output);
    options.overwrite = true;
    options.allow_empty = true;  // tests look at what is painted, and where it is nothing
    return options;
  }

  LabelsSummary make(const Json& rules, const std::string& like,
                     const std::string& output = "labels.tif") const {
    return make_labels(options(rules, like, output), {}, nullptr);
  }

  Raster paint(const Json& rules, const std::string& like) const {
    make(rules, like);
    return read_raster(file("labels.tif"));
  }

  /// An image of `side` pixels of 1 m in EPSG:32633, from 500000, 5000000 down.
  std::string image(int side = 32) const {
    NewRaster raster;
    raster.width = raster.height = side;
    write_raster(file("image.tif"), raster);
    return file("image.tif");
  }

  /// A GeoJSON in EPSG:32633; features are {"type": "Polygon", "coordinates": ..., "tags": {...}} in metres
  /// from the image's upper left corner, y down.
  std::string geojson(const Json& features, const std::string& crs = "urn:ogc:def:crs:EPSG::32633",
                      double scale = 1) const {
    Json collection = {{"type", "FeatureCollection"}, {"features", Json::array()}};
    if (!crs.empty()) collection["crs"] = {{"type", "name"}, {"properties", {{"name", crs}}}};
    for (Json one : features) {
      const Json tags = one.value("tags", Json::object());
      one.erase("tags");
      shift(one["coordinates"], scale);
      collection["features"].push_back({{"type", "Feature"}, {"properties", tags}, {"geometry", one}});
    }
    write_text("map.geojson", collection.dump());
    return file("map.geojson");
  }

  /// The image of a slippy-map tile, placed in Web Mercator: a VRT.
  std::string place_tile(const std::string& path, int z, int x, int y) const {
    constexpr double edge = std::numbers::pi * 6378137;
    const geo::DatasetPtr image = geo::open_raster(path);
    const double side = 2 * edge / static_cast<double>(1 << z);
    const double pixel = side / image->GetRasterXSize();
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("VRT");
    const std::string name = file(fmt::format("{}-{}.vrt", x, y));
    const geo::DatasetPtr placed(
        driver->CreateCopy(name.c_str(), image.get(), FALSE, nullptr, nullptr, nullptr));
    double transform[6] = {-edge + side * x, pixel, 0, edge - side * y, 0, -pixel};
    placed->SetGeoTransform(transform);
    OGRSpatialReference mercator;
    mercator.importFromEPSG(3857);
    placed->SetSpatialRef(&mercator);
    return name;
  }

 private:
  static void shift(Json& coordinates, double scale) {
    if (coordinates.is_array() && !coordinates.empty() && coordinates[0].is_number()) {
      coordinates = {500000 + scale * coordinates[0].get<double>(),
                     5000000 - scale * coordinates[1].get<double>()};
      return;
    }
    for (Json& one : coordinates) shift(one, scale);
  }
};

inline std::size_t differences(const Raster& a, const Raster& b) {
  if (a.width != b.width || a.height != b.height) return a.values.size() + b.values.size();
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) count += a.values[i] != b.values[i] ? 1 : 0;
  return count;
}

}  // namespace terramask::tests
