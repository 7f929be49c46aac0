// Polygons against the pixels they were made of.
#include <algorithm>
#include <cmath>
#include <random>

#include "support.hpp"

namespace terramask::tests {
namespace {

using vectors::PolygoniseSettings;

class PolygonsTest : public VectorizeTest {
 protected:
  Polygons run(const SmallMask& mask, VectorizeOptions options = {}, PolygoniseSettings settings = {}) {
    if (options.mask.empty()) {
      options.mask = file("mask.tif");
      save(options.mask, mask);
    }
    options.output = file("out.gpkg");
    options.overwrite = true;
    summary_ = vectors::polygonise(options, settings, {}, nullptr);
    return load(options.output, mask);
  }

  /// Everything that holds for polygons that keep the pixels' edges.
  void expect_exact(const SmallMask& mask, const Polygons& found) {
    EXPECT_EQ(found.invalid, 0u);
    EXPECT_EQ(found.open_edges, 0u);
    const auto pixels = count_pixels(mask);
    EXPECT_EQ(found.pixels, pixels);
    for (const auto& [value, count] : pixels)
      EXPECT_NEAR(found.area.at(value), static_cast<double>(count), 1e-6);
    for (const auto& one : found.all) EXPECT_NEAR(one.area, static_cast<double>(one.pixels), 1e-6);
    std::map<int, std::size_t> patches;
    for (const auto& one : found.all) ++patches[one.value];
    EXPECT_EQ(patches, count_patches(mask));
  }

  /// Everything that holds for simplified ones.
  void expect_fitting(const SmallMask& mask, const Polygons& found) {
    EXPECT_EQ(found.invalid, 0u);
    EXPECT_EQ(found.open_edges, 0u);
    EXPECT_EQ(found.pixels, count_pixels(mask));
    std::map<int, std::size_t> patches;
    for (const auto& one : found.all) {
      ++patches[one.value];
      EXPECT_GT(one.area, 0);
    }
    EXPECT_EQ(patches, count_patches(mask));
  }

  VectorizeSummary summary_;
};

SmallMask noise(int width, int height, int classes, unsigned seed, double nothing = 0) {
  std::mt19937 random(seed);
  SmallMask mask = blank(width, height);
  for (int& value : mask.values) {
    value = static_cast<int>(random() % static_cast<unsigned>(classes));
    if (static_cast<double>(random() % 1000) < 1000 * nothing) value = kNothing;
  }
  return mask;
}

/// Noise smoothed a little: patches of many sizes with ragged borders.
SmallMask blobs(int width, int height, int classes, unsigned seed, int passes = 3) {
  SmallMask mask = noise(width, height, classes, seed);
  for (int pass = 0; pass < passes; ++pass) {
    const SmallMask before = mask;
    for (int y = 1; y + 1 < height; ++y)
      for (int x = 1; x + 1 < width; ++x) {
        std::map<int, int> votes;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx) ++votes[before.at(x + dx, y + dy)];
        mask.at(x, y) = std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) {
                          return a.second < b.second;
                        })->first;
      }
  }
  return mask;
}

SmallMask checkerboard(int width, int height) {
  SmallMask mask = blank(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) mask.at(x, y) = (x + y) % 2;
  return mask;
}

/// One pixel wide, round and round.
SmallMask spiral(int side) {
  SmallMask mask = blank(side, side);
  int x = 0, y = 0, dx = 1, dy = 0;
  const auto free = [&](int px, int py) {
    return px >= 0 && py >= 0 && px < side && py < side && mask.at(px, py) == 0;
  };
  for (int turns = 0; turns < 2;) {
    mask.at(x, y) = 1;
    const bool on = free(x + dx, y + dy) && (x + 2 * dx < 0 || y + 2 * dy < 0 || x + 2 * dx >= side ||
                                             y + 2 * dy >= side || mask.at(x + 2 * dx, y + 2 * dy) == 0);
    if (on) {
      x += dx;
      y += dy;
      turns = 0;
    } else {
      const int old = dx;
      dx = -dy;
      dy = old;
      ++turns;
    }
  }
  return mask;
}

std::vector<std::pair<std::string, SmallMask>> hard_masks() {
  SmallMask half_nothing = checkerboard(9, 8);
  for (int& value : half_nothing.values)
    if (value == 1) value = kNothing;
  return {{"checkerboard", checkerboard(17, 12)},
          {"checkerboard of nothing", half_nothing},
          {"spiral", spiral(31)},
          {"noise of 2", noise(60, 50, 2, 1)},
          {"noise of 4", noise(64, 33, 4, 2)},
          {"noise with nothing", noise(47, 51, 3, 3, 0.3)},
          {"blobs of 2", blobs(90, 80, 2, 4)},
          {"blobs of 5", blobs(100, 70, 5, 5)},
          {"one pixel", blank(1, 1, 7)},
          {"one row", noise(40, 1, 3, 6)},
          {"one column", noise(1, 40, 3, 7)},
          {"one class", blank(20, 10, 3)}};
}

TEST_F(PolygonsTest, HoldTheirPixelsExactly) {
  for (const auto& [name, mask] : hard_masks()) {
    SCOPED_TRACE(name);
    expect_exact(mask, run(mask));
  }
}

TEST_F(PolygonsTest, SimplifiedFitWithoutGapsAtAnyTolerance) {
  for (const auto& [name, mask] : hard_masks())
    for (const double tolerance : {0.3, 1.0, 3.0, 1000.0}) {
      SCOPED_TRACE(name + " " + std::to_string(tolerance));
      const Polygons found = run(mask, {.simplify = Measure{tolerance, true}});
      expect_fitting(mask, found);
    }
}

TEST_F(PolygonsTest, AllNothingIsAnEmptyLayer) {
  const Polygons found = run(blank(12, 9, kNothing));
  EXPECT_TRUE(found.all.empty());
  EXPECT_EQ(summary_.features, 0u);
}

TEST_F(PolygonsTest, DoNotDependOnTheRowsReadAtOnceNorOnBands) {
  for (const auto& mask : {blobs(80, 97, 3, 11), noise(50, 64, 3, 12, 0.1), spiral(45)}) {
    const Polygons whole = run(mask);
    for (const std::int64_t rows : {1, 7, 64})
      for (const std::int64_t band : {4, 13, 32}) {
        const Polygons cut = run(mask, {}, {rows, band});
        ASSERT_EQ(cut.all.size(), whole.all.size());
        std::vector<std::string> a, b;
        for (const auto& one : whole.all)
          a.push_back(std::to_string(one.value) + " " + std::to_string(one.area));
        for (const auto& one : cut.all)
          b.push_back(std::to_string(one.value) + " " + std::to_string(one.area));
        std::sort(a.begin(), a.end());
        std::sort(b.begin(), b.end());
        EXPECT_EQ(a, b);
        expect_exact(mask, cut);
        const Polygons simple = run(mask, {.simplify = Measure{1.5, true}}, {rows, band});
        expect_fitting(mask, simple);
        const Polygons other_rows = run(mask, {.simplify = Measure{1.5, true}}, {rows + 5, band});
        ASSERT_EQ(simple.all.size(), other_rows.all.size());
        for (std::size_t i = 0; i < simple.all.size(); ++i)
          EXPECT_EQ(simple.all[i].wkt, other_rows.all[i].wkt);
      }
  }
}

TEST_F(PolygonsTest, ALakeThatTouchesTheShoreInACornerIsAHole) {
  const SmallMask mask = drawn({"11110", "10010", "10110", "11100", "00000"});
  const Polygons found = run(mask);
  expect_exact(mask, found);
  for (const auto& one : found.all)
    if (one.value == 1) {
      EXPECT_EQ(std::count(one.wkt.begin(), one.wkt.end(), '('), 3) << one.wkt;
    }
}

TEST_F(PolygonsTest, AreasOnTheGroundAddUp) {
  SmallMask mask = blobs(60, 60, 3, 21);
  mask.crs = "EPSG:3857";
  mask.geotransform = {800000, 0.5, 0, 8000000, 0, -0.5};  // 58 degrees north: a pixel is 0.27 of its 0.25 m2
  const Polygons found = run(mask);
  double sum = 0;
  for (const auto& one : found.all) sum += one.area_m2.value();
  const double latitude = std::atan(std::sinh(8000000 / 6378137.0));
  const double expected = 3600 * 0.25 * std::cos(latitude) * std::cos(latitude);
  EXPECT_NEAR(sum, expected, 0.01 * expected);
}

TEST_F(PolygonsTest, MapsOfAnyOrientationAreValidAndTurnTheRightWay) {
  const std::vector<std::vector<double>> ways{{100, 2, 0, 200, 0, 2},           // south up
                                              {100, 1.6, 1.2, 200, 1.2, -1.6},  // rotated
                                              {}};
  for (const auto& way : ways) {
    SmallMask mask = blobs(40, 30, 3, 31);
    mask.geotransform = way;
    mask.crs = way.empty() ? "" : "EPSG:32632";
    const Polygons found = run(mask);
    expect_exact(mask, found);
    const geo::DatasetPtr dataset(
        GDALDataset::Open(file("out.gpkg").c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr));
    for (const auto& feature : *dataset->GetLayer(0)) {
      const OGRPolygon& polygon = *feature->GetGeometryRef()->toPolygon();
      EXPECT_FALSE(polygon.getExteriorRing()->isClockwise());
      for (int i = 0; i < polygon.getNumInteriorRings(); ++i)
        EXPECT_TRUE(polygon.getInteriorRing(i)->isClockwise());
    }
  }
}

TEST_F(PolygonsTest, ChosenClassesAreTheSameAsAmongAll) {
  const SmallMask mask = blobs(70, 60, 4, 41);
  const VectorizeOptions all{.min_area = {6, true}, .simplify = Measure{1, true}};
  VectorizeOptions some = all;
  some.classes = {"2"};
  std::vector<std::string> of_all, of_some;
  for (const auto& one : run(mask, all).all)
    if (one.value == 2) of_all.push_back(one.wkt);
  for (const auto& one : run(mask, some).all) {
    EXPECT_EQ(one.value, 2);
    of_some.push_back(one.wkt);
  }
  EXPECT_EQ(of_all, of_some);
  EXPECT_FALSE(of_some.empty());
}

TEST_F(PolygonsTest, LargeValuesAreKept) {
  SmallMask mask = blank(6, 4, 300);
  mask.type = GDT_UInt16;
  mask.at(2, 1) = 65535;
  mask.at(3, 1) = 65535;
  mask.at(5, 3) = 40000;
  const Polygons found = run(mask);
  expect_exact(mask, found);
  EXPECT_EQ(found.pixels.at(65535), 2);
}

TEST_F(PolygonsTest, TilesOfAVrtLeaveNoSeam) {
  const SmallMask mask = blobs(120, 90, 3, 51);
  save(file("whole.tif"), mask);
  std::string xml = R"(<VRTDataset rasterXSize="120" rasterYSize="90"><SRS>EPSG:32632</SRS>)"
                    "<GeoTransform>500000.25, 0.5, 0, 4649776.75, 0, -0.5</GeoTransform>"
                    R"(<VRTRasterBand dataType="Byte" band="1"><NoDataValue>255</NoDataValue>)";
  for (int y = 0; y < 90; y += 30)
    for (int x = 0; x < 120; x += 40) {
      SmallMask tile = blank(40, 30);
      for (int v = 0; v < 30; ++v)
        for (int u = 0; u < 40; ++u) tile.at(u, v) = mask.at(x + u, y + v);
      const std::string name = file(std::to_string(x) + "_" + std::to_string(y) + ".tif");
      save(name, tile);
      xml +=
          "<SimpleSource><SourceFilename>" + name +
          R"(</SourceFilename><SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="40" ySize="30"/>)" +
          "<DstRect xOff=\"" + std::to_string(x) + "\" yOff=\"" + std::to_string(y) +
          R"(" xSize="40" ySize="30"/></SimpleSource>)";
    }
  xml += "</VRTRasterBand></VRTDataset>";
  FILE* vrt = std::fopen(file("tiles.vrt").c_str(), "w");
  std::fputs(xml.c_str(), vrt);
  std::fclose(vrt);
  const VectorizeOptions options{.min_area = {4, true}, .simplify = Measure{1, true}};
  VectorizeOptions whole = options, tiles = options;
  whole.mask = file("whole.tif");
  tiles.mask = file("tiles.vrt");
  const Polygons a = run(mask, whole), b = run(mask, tiles);
  ASSERT_EQ(a.all.size(), b.all.size());
  for (std::size_t i = 0; i < a.all.size(); ++i) EXPECT_EQ(a.all[i].wkt, b.all[i].wkt);
}

}  // namespace
}  // namespace terramask::tests
