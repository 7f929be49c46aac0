// What people give by mistake: each is told by name, and nothing is left behind.
#include "labels/support.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;

class Hostile : public LabelsTest {
 protected:
  static Json polygon(const Json& ring) { return {{"type", "Polygon"}, {"coordinates", {ring}}}; }
  static Json square(double x, double y, double side) {
    return polygon({{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}});
  }

  void expect_refused(const Json& rules, const std::string& like, ErrorCode code,
                      const std::vector<std::string>& words) const {
    expect_error([&] { make(rules, like); }, code, words);
    EXPECT_FALSE(fs::exists(file("labels.tif")));
    for (const auto& entry : fs::directory_iterator(folder))
      EXPECT_EQ(entry.path().filename().string().find(".part-"), std::string::npos) << entry.path();
  }
};

TEST_F(Hostile, BrokenFilesAreTold) {
  write_text("rules.json", "{\"version\": 1,\n \"classes\": [");
  LabelsOptions options;
  options.rules = file("rules.json");
  options.like = image();
  options.output = file("labels.tif");
  expect_error([&] { make_labels(options, {}, nullptr); }, ErrorCode::format,
               {"rules.json: not JSON", "line 2"});
  options.rules = file("none.json");
  expect_error([&] { make_labels(options, {}, nullptr); }, ErrorCode::not_found, {"none.json"});
  expect_refused(simple_rules(file("none.gpkg")), image(), ErrorCode::not_found, {"none.gpkg: no such file"});
  write_text("text.gpkg", "not a GeoPackage");
  expect_refused(simple_rules(file("text.gpkg")), image(), ErrorCode::format, {"text.gpkg"});
  write_text("cut.geojson", R"({"type": "FeatureCollection", "features": [{"type": "Feature", "geome)");
  expect_refused(simple_rules(file("cut.geojson")), image(), ErrorCode::format, {"cut.geojson"});
  expect_refused(simple_rules(geojson(Json::array({square(1, 1, 5)}))), file("none.tif"),
                 ErrorCode::not_found, {"none.tif"});
}

TEST_F(Hostile, ShapesThatCrossThemselvesAreMended) {
  // A bow tie: two triangles, not their hull.
  const std::string map = geojson(Json::array({polygon({{4, 4}, {20, 20}, {20, 4}, {4, 20}, {4, 4}})}));
  Json rules = simple_rules(map);
  const LabelsSummary summary = make(rules, image());
  const Raster made = read_raster(file("labels.tif"));
  EXPECT_EQ(made.at(5, 12), 1);
  EXPECT_EQ(made.at(18, 12), 1);
  EXPECT_EQ(made.at(12, 5), 0);
  EXPECT_EQ(made.at(12, 18), 0);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_NE(summary.warnings[0].find("map.geojson: 1 shape was not valid"), std::string::npos);
  rules["rules"][0]["ignore_ring_m"] = 1;
  make(rules, image());
  EXPECT_EQ(read_raster(file("labels.tif")).at(5, 12), 1);
}

TEST_F(Hostile, EmptyAndOddGeometriesAreNoCrash) {
  Json collection = {{"type", "FeatureCollection"}, {"features", Json::array()}};
  for (const char* geometry :
       {R"(null)", R"({"type": "Polygon", "coordinates": []})",
        R"({"type": "LineString", "coordinates": []})",
        R"({"type": "Point", "coordinates": [10.0001, 45.0]})",
        R"({"type": "LineString", "coordinates": [[10, 45], [10, 45]]})",
        R"({"type": "Polygon", "coordinates": [[[10, 45], [10, 45], [10, 45], [10, 45]]]})",
        R"({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [10, 45]}]})",
        R"({"type": "MultiPolygon", "coordinates": []})"})
    collection["features"].push_back(
        {{"type", "Feature"}, {"properties", Json::object()}, {"geometry", Json::parse(geometry)}});
  write_text("odd.geojson", collection.dump());
  NewRaster raster;
  raster.crs = "EPSG:4326";
  raster.geotransform = {9.999, 0.001, 0, 45.001, 0, -0.001};
  write_raster(file("image.tif"), raster);
  for (const char* touch : {"centre", "all"})
    for (const double width : {0.0, 300.0}) {
      Json rules = simple_rules(file("odd.geojson"));
      rules["rules"][0]["touch"] = touch;
      rules["rules"][0]["ignore_ring_m"] = 5;
      if (width > 0) rules["rules"][0]["buffer"] = {{"width", width}, {"most_m", 1000}};
      const LabelsSummary summary = make(rules, file("image.tif"));
      EXPECT_EQ(summary.counts[1].second > 0, width > 0 || std::string(touch) == "all");
    }
}

TEST_F(Hostile, LayersWithoutCrsLieAsTheImageDoesAndItIsTold) {
  const std::string shape = file("plain.csv");
  write_text("plain.csv",
             "id,WKT\n1,\"POLYGON ((500004 4999996,500010 4999996,500010 4999990,500004 4999990,500004 "
             "4999996))\"\n");
  const LabelsSummary summary = make(simple_rules(shape), image());
  EXPECT_EQ(read_raster(file("labels.tif")).at(5, 5), 1);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_NE(summary.warnings[0].find("has no CRS and is taken to be in the image's, EPSG:32633"),
            std::string::npos)
      << summary.warnings[0];
  Json rules = simple_rules(shape);
  rules["sources"]["map"]["crs"] = "EPSG:32633";
  EXPECT_TRUE(make(rules, image()).warnings.empty());
}

TEST_F(Hostile, ImagesWithoutAPlaceAreRefused) {
  const Json rules = simple_rules(geojson(Json::array({square(4, 4, 12)})));
  NewRaster raster;
  raster.crs = "";
  write_raster(file("bare.tif"), raster);
  expect_refused(rules, file("bare.tif"), ErrorCode::mismatch,
                 {"map.geojson: is in EPSG:32633", "bare.tif", "`crs`"});
  LabelsOptions told = options(rules, file("bare.tif"));
  told.crs = "EPSG:32633";
  make_labels(told, {}, nullptr);
  EXPECT_EQ(read_raster(file("labels.tif")).at(5, 5), 1);
  fs::remove(file("labels.tif"));
  raster.geotransform.clear();
  write_raster(file("nowhere.tif"), raster);
  expect_refused(rules, file("nowhere.tif"), ErrorCode::mismatch,
                 {"map.geojson", "nowhere.tif", "no georeferencing"});
}

TEST_F(Hostile, AMapOfAnotherPlaceIsTold) {
  const LabelsSummary summary = make(simple_rules(geojson(Json::array({square(90000, 4, 12)}))), image());
  EXPECT_EQ(summary.counts[0].second, 32U * 32);
  ASSERT_EQ(summary.warnings.size(), 2U);
  for (const char* part : {"map.geojson: lies elsewhere than", "image.tif", "590000", "EPSG:32633"})
    EXPECT_NE(summary.warnings[0].find(part), std::string::npos) << summary.warnings[0];
  EXPECT_NE(summary.warnings[1].find("rules.json: painted nothing: rules[0]: road from map"),
            std::string::npos);
}

TEST_F(Hostile, OutputsThatAreThereOrAreInputsAreKept) {
  const Json rules = simple_rules(geojson(Json::array({square(4, 4, 12)})));
  LabelsOptions given = options(rules, image());
  given.overwrite = false;
  make_labels(given, {}, nullptr);
  expect_error([&] { make_labels(given, {}, nullptr); }, ErrorCode::exists, {"labels.tif", "`overwrite`"});
  given.overwrite = true;
  for (const std::string& input : {file("image.tif"), file("map.geojson"), file("rules.json")}) {
    given.output = input;
    EXPECT_THROW(make_labels(given, {}, nullptr), Error) << input;
    EXPECT_GT(fs::file_size(input), 100U);
  }
  given.output = file("no/such/folder.tif");
  expect_error([&] { make_labels(given, {}, nullptr); }, ErrorCode::not_found, {"no/such"});
  given.output = file("labels.tif");
  given.scratch = file("nowhere");
  expect_error([&] { make_labels(given, {}, nullptr); }, ErrorCode::io, {"nowhere"});
  StopFlag stop;
  stop.request();
  given.scratch.clear();
  const auto before = fs::last_write_time(file("labels.tif"));
  EXPECT_THROW(make_labels(given, {}, &stop), Error);
  EXPECT_EQ(fs::last_write_time(file("labels.tif")), before);
}

}  // namespace
}  // namespace terramask::tests
