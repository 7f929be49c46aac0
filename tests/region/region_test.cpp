// Whole regions: the masks are the same bits as one raster's, however the region is made, cut and run.

#include <ogrsf_frmts.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <set>

#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"
#include "region/support.hpp"

namespace terramask::tests {
namespace {

TEST_F(RegionTest, IsTheMaskOfOneRasterHoweverItIsMadeCutAndRun) {
  raster("whole.tif", {.width = 150, .height = 110});
  raster("west.tif", {.width = 90, .height = 110});
  raster("east.tif", {.width = 80, .height = 110, .x = 500070});
  const std::string model = unet("m.safetensors");
  Segmenter segmenter(load_model(model), {.device = "cpu", .threads = 1});
  SegmentOptions options;
  options.raster.paths = {path("whole.tif")};
  options.output = path("whole_mask.tif");
  segmenter.run(options, {}, nullptr);
  const Mask expected = mask(options.output);
  ASSERT_GE(std::set<std::uint8_t>(expected.values.begin(), expected.values.end()).size(), 2U);

  const RegionSummary summary = run_region(job({"west.tif", "east.tif"}, model), run("a"), {}, nullptr);
  EXPECT_TRUE(summary.complete());
  EXPECT_EQ(summary.tiles, 6U);
  EXPECT_EQ(summary.region.valid_pixels, 150U * 110U);
  EXPECT_EQ(mask(path("a/mask.vrt")).values, expected.values);

  RegionRun other = run("b");
  other.workers = 3;
  other.patch = 32;
  run_region(job({"west.tif", "east.tif"}, model), other, {}, nullptr);
  EXPECT_EQ(files("a"), files("b"));

  RegionJob coarse = job({"whole.tif"}, model);
  coarse.tile = 256;
  run_region(coarse, run("c"), {}, nullptr);
  EXPECT_EQ(mask(path("c/mask.vrt")).values, expected.values);
}

TEST_F(RegionTest, BoundsCutWhatIsWrittenNotWhatIsSeen) {
  raster("a.tif", {.width = 150, .height = 110});
  const std::string model = unet("m.safetensors");
  run_region(job({"a.tif"}, model), run("whole"), {}, nullptr);
  RegionJob part = job({"a.tif"}, model);
  part.bounds = {500040, 4999920, 500100, 4999970};
  run_region(part, run("part"), {}, nullptr);
  const Mask whole = mask(path("whole/mask.vrt")), cut = mask(path("part/mask.vrt"));
  ASSERT_EQ(cut.width, 60);
  ASSERT_EQ(cut.height, 50);
  for (int y = 0; y < 50; ++y)
    for (int x = 0; x < 60; ++x) ASSERT_EQ(cut.at(x, y), whole.at(x + 40, y + 30));
}

TEST_F(RegionTest, ReadsTheModelsPixelSizeAndWritesItsOwn) {
  raster("a.tif", {.width = 128, .height = 128});
  const std::string model = linear("m.safetensors", 2);
  Segmenter segmenter(load_model(model), {.device = "cpu", .threads = 1});
  SegmentOptions options;
  options.raster.paths = {path("a.tif")};
  options.output = path("mask.tif");
  segmenter.run(options, {}, nullptr);
  const Mask expected = mask(options.output);
  run_region(job({"a.tif"}, model), run("out"), {}, nullptr);
  const Mask found = mask(path("out/mask.vrt"));
  ASSERT_EQ(found.width, 128);
  // The last pixel that the model sees may reach past the raster; a region's sources end there.
  for (int y = 0; y < 124; ++y)
    for (int x = 0; x < 124; ++x) ASSERT_EQ(found.at(x, y), expected.at(x, y)) << x << ", " << y;
}

/// Two colours tell which source a pixel shows.
class RegionLayers : public RegionTest {
 protected:
  void SetUp() override {
    RegionTest::SetUp();
    raster("below.tif", {.width = 128, .height = 128, .value = [](int band, double, double) {
                           return band == 0 ? 250 : 5;
                         }});
    // Web Mercator around 45.15 N, 15 E: pixels of 1.41 units are about a metre.
    raster("above.tif", {.width = 60,
                         .height = 60,
                         .x = 1669840,
                         .y = 5638000,
                         .pixel = 1.41,
                         .crs = "EPSG:3857",
                         .value = [](int band, double, double) { return band == 0 ? 5 : 250; }});
    model_ = linear("m.safetensors");
  }
  int count(const std::string& output, std::uint8_t value) const {
    const Mask found = mask(path(output) + "/mask.vrt");
    return static_cast<int>(std::count(found.values.begin(), found.values.end(), value));
  }
  std::string model_;
};

TEST_F(RegionLayers, LieOverEachOtherByPriorityInAnyCrs) {
  // On one grid around both; the overlap shows whichever lies above.
  const geo::DatasetPtr below = geo::open_raster(path("below.tif"));
  RegionJob last = job({"below.tif", "above.tif"}, model_);
  last.bounds = {500000, 4999872, 500128, 5000000};
  RegionJob first = last;
  first.priority = SourcePriority::first;
  // Moved onto the first one's place by its own transformation.
  {
    OGRSpatialReference utm, web;
    utm.SetFromUserInput("EPSG:32633");
    web.SetFromUserInput("EPSG:3857");
    const std::unique_ptr<OGRCoordinateTransformation> way(OGRCreateCoordinateTransformation(&utm, &web));
    double x = 500030, y = 4999970;
    ASSERT_TRUE(way->Transform(1, &x, &y));
    raster("above.tif", {.width = 60,
                         .height = 60,
                         .x = x,
                         .y = y,
                         .pixel = 1.41,
                         .crs = "EPSG:3857",
                         .value = [](int band, double, double) { return band == 0 ? 5 : 250; }});
  }
  run_region(last, run("last"), {}, nullptr);
  run_region(first, run("first"), {}, nullptr);
  EXPECT_EQ(count("last", 255), 0);
  const Mask a = mask(path("last/mask.vrt")), b = mask(path("first/mask.vrt"));
  EXPECT_EQ(a.at(2, 2), b.at(2, 2));
  EXPECT_NE(a.at(60, 60), b.at(60, 60));
  const auto differ = std::inner_product(a.values.begin(), a.values.end(), b.values.begin(), 0, std::plus<>(),
                                         [](auto p, auto q) { return p != q ? 1 : 0; });
  EXPECT_NEAR(differ, 60 * 60, 200);  // 1.41 units of Web Mercator are a metre at 45 degrees
}

TEST_F(RegionLayers, NewestAndOldestGoByTheDateThatTheJobOrTheFileSays) {
  raster("above.tif",
         {.width = 60, .height = 60, .x = 500030, .y = 4999970, .value = [](int band, double, double) {
            return band == 0 ? 5 : 250;
          }});
  RegionJob dated = job({"below.tif", "above.tif"}, model_);
  dated.sources[0].date = "2024-05-01";
  dated.sources[1].date = "2020-05-01";
  dated.priority = SourcePriority::newest;
  run_region(dated, run("newest"), {}, nullptr);
  dated.priority = SourcePriority::oldest;
  run_region(dated, run("oldest"), {}, nullptr);
  const Mask a = mask(path("newest/mask.vrt")), b = mask(path("oldest/mask.vrt"));
  EXPECT_EQ(a.at(60, 60), a.at(2, 2));
  EXPECT_NE(b.at(60, 60), b.at(2, 2));
  dated.sources[1].date = "";
  const RegionSummary summary = run_region(dated, run("undated"), {}, nullptr);
  ASSERT_EQ(summary.faults.size(), 1U);
  EXPECT_NE(summary.faults[0].find("nothing says when it was taken"), std::string::npos) << summary.faults[0];
}

TEST_F(RegionTest, TheVrtHasThePaletteAndTheNames) {
  raster("a.tif");
  run_region(job({"a.tif"}, linear("m.safetensors")), run("out"), {}, nullptr);
  const geo::DatasetPtr vrt = geo::open_raster(path("out/mask.vrt"));
  GDALRasterBand* band = vrt->GetRasterBand(1);
  EXPECT_STREQ(band->GetCategoryNames()[1], "road");
  EXPECT_EQ(geo::palette_color(*vrt, 1), "#ffd400");
  EXPECT_EQ(band->GetNoDataValue(), 255);
  EXPECT_EQ(geo::read_classes(*vrt).size(), 2U);
}

TEST_F(RegionTest, PolygonsKnowNoSeams) {
  raster("a.tif", {.width = 150, .height = 100, .value = [](int band, double x, double) {
                     return (band == 0) == (x < 500100) ? 250 : 5;
                   }});
  RegionJob wanted = job({"a.tif"}, linear("m.safetensors"));
  wanted.polygons.emplace();
  const RegionSummary summary = run_region(wanted, run("out"), {}, nullptr);
  EXPECT_EQ(summary.products.back(), path("out/polygons.gpkg"));
  const geo::DatasetPtr polygons = geo::open_vector(path("out/polygons.gpkg"));
  EXPECT_EQ(polygons->GetLayer(0)->GetFeatureCount(), 2);  // two colours, six tiles
}

TEST_F(RegionTest, ZonesAreCountedOverAllTiles) {
  raster("a.tif", {.width = 150, .height = 100, .value = [](int band, double x, double) {
                     return (band == 0) == (x < 500100) ? 250 : 5;
                   }});
  // Across the border of the two colours, and of tiles.
  std::ofstream(path("zones.geojson")) << R"({"type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}},
    "features": [{"type": "Feature", "properties": {"name": "middle"}, "geometry": {"type": "Polygon", "coordinates":
      [[[500090, 4999910], [500110, 4999910], [500110, 4999960], [500090, 4999960], [500090, 4999910]]]}}]})";
  RegionJob wanted = job({"a.tif"}, linear("m.safetensors"));
  wanted.zones = RegionZones{path("zones.geojson"), "", "name"};
  int passes = 0;
  const ProgressSink count = [&](const Progress& p) {
    if (p.phase == "counting" && p.done == p.total) ++passes;
  };
  const RegionSummary summary = run_region(wanted, run("out"), count, nullptr);
  EXPECT_EQ(passes, 1);  // for both files
  EXPECT_EQ(summary.products.back(), path("out/zones.gpkg"));
  EXPECT_TRUE(std::filesystem::exists(path("out/zones.csv")));
  const geo::DatasetPtr zones = geo::open_vector(path("out/zones.gpkg"));
  const OGRFeatureUniquePtr zone(zones->GetLayer(0)->GetNextFeature());
  ASSERT_NE(zone, nullptr);
  EXPECT_STREQ(zone->GetFieldAsString("name"), "middle");
  EXPECT_EQ(zone->GetFieldAsInteger64("background_px"), 500);
  EXPECT_EQ(zone->GetFieldAsInteger64("road_px"), 500);
}

TEST_F(RegionTest, ProbabilitiesStandBesideTheMasks) {
  raster("a.tif");
  RegionJob wanted = job({"a.tif"}, linear("m.safetensors"));
  wanted.probabilities = true;
  run_region(wanted, run("out"), {}, nullptr);
  const geo::DatasetPtr vrt = geo::open_raster(path("out/probabilities.vrt"));
  ASSERT_EQ(vrt->GetRasterCount(), 2);
  std::vector<std::uint8_t> values(2 * 96 * 96);
  ASSERT_EQ(vrt->RasterIO(GF_Read, 0, 0, 96, 96, values.data(), 96, 96, GDT_Byte, 2, nullptr, 0, 0, 0),
            CE_None);
  const Mask classes = mask(path("out/mask.vrt"));
  for (std::size_t i = 0; i < 96U * 96U; ++i) {
    ASSERT_NEAR(values[i] + values[96 * 96 + i], 254, 1);
    if (std::abs(values[i] - 127) <= 1) continue;
    ASSERT_EQ(classes.values[i], values[i] > 127 ? 0 : 1);
  }
}

}  // namespace
}  // namespace terramask::tests
