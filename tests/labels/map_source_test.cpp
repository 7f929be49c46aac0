// Rendered maps as sources of a rules file: where they lie, what they paint, and what is refused.
#include "geo/files/open.hpp"
#include "labels/support.hpp"

namespace terramask::tests {
namespace {

class MapSourceTest : public LabelsTest {
 protected:
  static Json rules(const std::string& map) {
    return Json::parse(R"({"version": 1, "unlabelled": "ignore",
      "classes": [{"value": 3, "name": "land", "color": "#e8e4df"},
                  {"value": 1, "name": "road", "color": "#ffd400"}],
      "sources": {"map": {"type": "map", "path": ")" +
                       map + R"(", "legend": [{"color": "#ffffff", "class": "road"},
                                              {"color": "#e8e4df", "class": "land"}]}},
      "rules": [{"source": "map"}]})");
  }

  /// White from `from` to `to` pixels across, land elsewhere.
  NewRaster road_map(int from, int to, int side = 64) const {
    NewRaster raster;
    raster.width = raster.height = side;
    raster.bands = 3;
    raster.value = [from, to](int band, int column, int) {
      constexpr int land[] = {0xe8, 0xe4, 0xdf};
      return column >= from && column < to ? 255 : land[band - 1];
    };
    return raster;
  }

  std::string write(const NewRaster& raster, const std::string& name = "map.tif") const {
    write_raster(file(name), raster);
    return file(name);
  }

  void expect_road(const Raster& labels, int from, int to) const {
    for (int x = 0; x < labels.width; ++x)
      EXPECT_EQ(labels.at(x, labels.height / 2), x >= from && x < to ? 1 : 3) << x;
  }
};

TEST_F(MapSourceTest, PaintsTheClassesOfTheLegend) {
  const LabelsSummary summary = make(rules(write(road_map(20, 30))), image(64));
  expect_road(read_raster(file("labels.tif")), 20, 30);
  EXPECT_EQ(summary.ignored, 0U);
  EXPECT_EQ(summary.rules[0].pixels, 64U * 64);
  ASSERT_EQ(summary.notes.size(), 1U);
  EXPECT_NE(summary.notes[0].find("100.0% colours of the legend"), std::string::npos) << summary.notes[0];
}

TEST_F(MapSourceTest, TakesTheCommonestClassWhereMapPixelsAreSmaller) {
  NewRaster fine = road_map(41, 60, 128);
  fine.geotransform = {500000, 0.5, 0, 5000000, 0, -0.5};
  // 41 to 60 half metres: pixel 20 is half road and half land, of which the smaller code is taken.
  const Raster labels = paint(rules(write(fine)), image(64));
  expect_road(labels, 20, 30);
}

TEST_F(MapSourceTest, IsLaidOntoAnImageOfAnotherCrs) {
  // Web Mercator over UTM zone 33 at its central meridian: pixels of 1.414 map metres are 1 m on the ground.
  OGRSpatialReference utm, mercator;
  utm.importFromEPSG(32633);
  mercator.importFromEPSG(3857);
  const std::unique_ptr<OGRCoordinateTransformation> transform(
      OGRCreateCoordinateTransformation(&utm, &mercator));
  double x = 500010, y = 5000005, x1 = 500030, y1 = 5000005;
  ASSERT_TRUE(transform->Transform(1, &x, &y) && transform->Transform(1, &x1, &y1));
  const double pixel = (x1 - x) / 80;  // a quarter of a metre on the ground
  NewRaster map = road_map(40, 80, 320);
  map.crs = "EPSG:3857";
  map.geotransform = {x, pixel, 0, y, 0, -pixel};
  const Raster labels = paint(rules(write(map)), image(32));
  for (int column = 0; column < 32; ++column)
    EXPECT_EQ(labels.at(column, 16), column < 10 ? 255 : column >= 20 && column < 30 ? 1 : 3) << column;
}

TEST_F(MapSourceTest, TakesAMapOfTheImagesSizePixelForPixel) {
  NewRaster map = road_map(7, 19);
  map.crs.clear();
  map.geotransform.clear();
  const LabelsSummary summary = make(rules(write(map)), image(64));
  expect_road(read_raster(file("labels.tif")), 7, 19);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_NE(summary.warnings[0].find("pixel for pixel"), std::string::npos) << summary.warnings[0];
}

TEST_F(MapSourceTest, ReadsPalettesAndLeavesOutWhatIsTransparent) {
  NewRaster map;
  map.width = map.height = 64;
  map.value = [](int, int column, int row) { return row < 8 ? 9 : column >= 20 && column < 30 ? 1 : 0; };
  map.dress = [](GDALDataset& dataset) {
    GDALColorTable table;
    const GDALColorEntry land{0xe8, 0xe4, 0xdf, 255}, white{255, 255, 255, 255};
    table.SetColorEntry(0, &land);
    table.SetColorEntry(1, &white);
    dataset.GetRasterBand(1)->SetColorTable(&table);
    dataset.GetRasterBand(1)->SetNoDataValue(9);
  };
  const Raster labels = paint(rules(write(map)), image(64));
  expect_road(labels, 20, 30);
  EXPECT_EQ(labels.at(25, 3), 255);
}

TEST_F(MapSourceTest, PaintsSomeOfTheClassesOverOtherSources) {
  Json json = rules(write(road_map(20, 30)));
  json["unlabelled"] = "land";
  json["rules"][0]["classes"] = {"road"};
  json["sources"]["water"] = {
      {"path", geojson(Json::array({{{"type", "Polygon"},
                                     {"coordinates", {{{0, 0}, {25, 0}, {25, 64}, {0, 64}, {0, 0}}}}}}))}};
  json["classes"].push_back({{"value", 7}, {"name", "water"}, {"color", "#0000ff"}});
  json["rules"].insert(json["rules"].begin(), Json{{"source", "water"}, {"class", "water"}});
  const Raster labels = paint(json, image(64));
  EXPECT_EQ(labels.at(10, 32), 7);
  EXPECT_EQ(labels.at(22, 32), 1);
  EXPECT_EQ(labels.at(40, 32), 3);
}

TEST_F(MapSourceTest, LeavesARingBetweenClasses) {
  Json json = rules(write(road_map(20, 30)));
  json["sources"]["map"]["ignore_ring_px"] = 1;
  const Raster labels = paint(json, image(64));
  for (int x = 0; x < 64; ++x)
    EXPECT_EQ(labels.at(x, 32), x == 19 || x == 20 || x == 29 || x == 30 ? 255
                                : x > 19 && x < 30                       ? 1
                                                                         : 3)
        << x;
}

TEST_F(MapSourceTest, RefusesByKeyAndFile) {
  const std::string map = write(road_map(20, 30)), like = image(64);
  const auto refused = [&](const char* pointer, const Json& value, ErrorCode code,
                           std::vector<std::string> words) {
    Json json = rules(map);
    json[Json::json_pointer(pointer)] = value;
    expect_error([&] { make(json, like); }, code, words);
    EXPECT_FALSE(std::filesystem::exists(file("labels.tif"))) << pointer;
  };
  refused("/sources/map/legend", Json::array(), ErrorCode::format, {"sources.map.legend", "one or more"});
  refused("/sources/map/legend/0/color", "white", ErrorCode::format,
          {"sources.map.legend[0].color", "#rrggbb"});
  refused("/sources/map/legend/1/class", "sea", ErrorCode::format, {"sources.map.legend[1].class", "road"});
  refused("/sources/map/legend/1/tolerance", -1, ErrorCode::format, {"sources.map.legend[1].tolerance"});
  refused("/sources/map/unexplained", "guess", ErrorCode::format,
          {"sources.map.unexplained", "fill, ignore"});
  refused("/rules/0/classes", {"sea"}, ErrorCode::format, {"rules[0].classes", "road, land"});
  refused("/sources/map/path", file("none.png"), ErrorCode::not_found, {"none.png"});
  NewRaster real = road_map(20, 30);
  real.type = GDT_Float32;
  refused("/sources/map/path", write(real, "real.tif"), ErrorCode::unsupported,
          {"real.tif", "Float32", "gdal_translate"});
  NewRaster far = road_map(20, 30);
  far.geotransform[0] += 100'000;
  refused("/sources/map/path", write(far, "far.tif"), ErrorCode::mismatch, {"far.tif", "does not overlap"});
  NewRaster lost = road_map(20, 30, 50);
  lost.crs.clear();
  lost.geotransform.clear();
  refused("/sources/map/path", write(lost, "lost.tif"), ErrorCode::mismatch, {"lost.tif", "50 x 50"});
}

TEST_F(MapSourceTest, ReadsMapsOfTheGoogleStyle) {
  const auto pairs = shared_data("data/maps_google");
  TERRAMASK_REQUIRE(pairs);
  Json json = Json::parse(std::ifstream(std::string(TERRAMASK_SOURCE_DIR) + "/rules/google_map.json"));
  for (const char* name : {"1", "3", "16"}) {
    const geo::DatasetPtr pair = geo::open_raster((pairs / (std::string(name) + ".jpg")).string());
    std::vector<std::uint8_t> pixels(600 * 600 * 3);
    ASSERT_EQ(pair->RasterIO(GF_Read, 600, 0, 600, 600, pixels.data(), 600, 600, GDT_Byte, 3, nullptr, 3,
                             1800, 1, nullptr),
              CE_None);
    NewRaster map;
    map.width = map.height = 600;
    map.bands = 3;
    map.value = [&pixels](int band, int x, int y) {
      return pixels[static_cast<std::size_t>((y * 600 + x) * 3 + band - 1)];
    };
    json["sources"]["map"]["path"] = write(map);
    const LabelsSummary summary = make(json, image(600));
    double legend = 0, mixed = 0, ink = 0, unexplained = 100;
    ASSERT_EQ(std::sscanf(summary.notes.at(0).c_str(),
                          "map: %lf%% colours of the legend, %lf%% edges between them, %lf%% colours without "
                          "a class, %lf%% unexplained",
                          &legend, &mixed, &ink, &unexplained),
              4)
        << summary.notes[0];
    fmt::print("{}.jpg: {}\n", name, summary.notes[0]);
    EXPECT_LT(unexplained, 2) << name;
    EXPECT_LT(summary.ignored, 600U * 600 / 1000) << name;
    for (const auto& [info, count] : summary.counts)
      if (info.name == "road") {
        EXPECT_GT(count, 600U * 600 / 50) << name;
        EXPECT_LT(count, 600U * 600 / 4) << name;
      }
  }
}

}  // namespace
}  // namespace terramask::tests
