// Labels laid over images: by CRS, by mode or nearest, and what is refused.
#include <gtest/gtest.h>

#include <numeric>

#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

class LabelsTest : public ReadTest {
 protected:
  /// An image of 1 m pixels from (500000, 5000000) down.
  void image(int width = 32, int height = 24) const {
    NewRaster raster{.width = width, .height = height};
    write_raster(file("image.tif"), raster);
  }
  void labels(NewRaster raster) const { write_raster(file("labels.tif"), raster); }
  Project project() const {
    Project made = small_project();
    made.images = {image_of("a", file("image.tif"), file("labels.tif"))};
    return made;
  }
};

TEST_F(LabelsTest, OfTheSameGridAreTakenAsTheyAre) {
  image();
  labels({.width = 32, .height = 24, .value = [](int, int column, int row) { return (column + row) % 2; }});
  const Dataset dataset(project(), {});
  const auto pixels = read_part(dataset, 0, Part::training);
  for (int i = 0; i < 32 * 24; ++i)
    EXPECT_EQ(pixels.labels[static_cast<std::size_t>(i)], 1 + (i % 32 + i / 32) % 2);
  EXPECT_EQ(dataset.count(Part::training, 0), 384U);
  EXPECT_EQ(dataset.count(Part::training, 1), 384U);
}

TEST_F(LabelsTest, OutsideTheirExtentCountInNothing) {
  image();
  // A strip of 8 x 24 from column 4 on, all class 0.
  labels({.width = 8,
          .height = 24,
          .geotransform = {500004, 1, 0, 5000000, 0, -1},
          .value = [](int, int column, int) { return column == 0 ? 1 : 0; }});
  const Dataset dataset(project(), {});
  const auto pixels = read_part(dataset, 0, Part::training);
  for (std::size_t i = 0; i < pixels.labels.size(); ++i) {
    const std::size_t column = i % 32;
    EXPECT_EQ(pixels.labels[i], column == 4 ? 2 : column > 4 && column < 12 ? 1 : 0) << column;
  }
  EXPECT_EQ(dataset.labelled(Part::training), 8U * 24U);
  EXPECT_EQ(dataset.visible(Part::training), 32U * 24U);
}

TEST_F(LabelsTest, OfLargerPixelsAreNearest) {
  image();
  labels({.width = 8,
          .height = 6,
          .geotransform = {500000, 4, 0, 5000000, 0, -4},
          .value = [](int, int column, int row) { return (column + row) % 2; }});
  const auto pixels = read_part(Dataset(project(), {}), 0, Part::training);
  for (int i = 0; i < 32 * 24; ++i)
    EXPECT_EQ(pixels.labels[static_cast<std::size_t>(i)], 1 + (i % 32 / 4 + i / 32 / 4) % 2);
}

TEST_F(LabelsTest, OfSmallerPixelsAreTheirMode) {
  image();
  // 4 x 4 label pixels a pixel: as many of class 1 as the column says.
  labels({.width = 128,
          .height = 96,
          .geotransform = {500000, 0.25, 0, 5000000, 0, -0.25},
          .value = [](int, int column, int row) { return row % 4 * 4 + column % 4 < column / 4 ? 1 : 0; }});
  const auto pixels = read_part(Dataset(project(), {}), 0, Part::training);
  for (int i = 0; i < 32 * 24; ++i)
    EXPECT_EQ(pixels.labels[static_cast<std::size_t>(i)], i % 32 > 8 ? 2 : 1) << i % 32;
}

TEST_F(LabelsTest, FollowTheImageToThePixelSizeAskedFor) {
  image();
  labels({.width = 32, .height = 24, .value = [](int, int column, int) { return column % 4 == 3 ? 0 : 1; }});
  Project made = project();
  made.pixel_size_m = 4;
  made.allow_missing = {"background"};
  const Dataset dataset(made, {});
  EXPECT_NEAR(static_cast<double>(dataset.grid(0).width), 8, 1);
  // Three of four label pixels are road.
  EXPECT_EQ(dataset.count(Part::training, 0), 0U);
  EXPECT_GE(dataset.count(Part::training, 1), 8U * 6U);
}

TEST_F(LabelsTest, OfAnotherCrsAreWarped) {
  image(200, 200);
  labels({.width = 200, .height = 200, .value = [](int, int column, int row) {
            return column / 20 % 2 ^ row / 20 % 2;
          }});
  const auto same = read_part(Dataset(project(), {}), 0, Part::training);
  ASSERT_EQ(std::system(("gdalwarp -q -t_srs EPSG:3857 -tr 0.5 0.5 -dstnodata 255 " + file("labels.tif") +
                         " " + file("web.tif"))
                            .c_str()),
            0);
  Project made = project();
  made.images[0].labels.path = file("web.tif");
  const auto warped = read_part(Dataset(made, {}), 0, Part::training);
  std::size_t equal = 0, wrong = 0;
  for (std::size_t i = 0; i < same.labels.size(); ++i) {
    equal += warped.labels[i] == same.labels[i] ? 1 : 0;
    // Far from the edges of the squares there is nothing to round.
    const std::size_t x = i % 200 % 20, y = i / 200 % 20;
    if (x > 1 && x < 18 && y > 1 && y < 18) wrong += warped.labels[i] != same.labels[i] ? 1 : 0;
  }
  EXPECT_EQ(wrong, 0U);
  EXPECT_GT(equal, same.labels.size() * 9 / 10);
}

TEST_F(LabelsTest, ThatLieElsewhereAreRefusedWithBothNamed) {
  image();
  labels({.width = 32, .height = 24, .geotransform = {600000, 1, 0, 5000000, 0, -1}});
  expect_error([&] { Dataset(project(), {}); }, ErrorCode::mismatch,
               {"labels.tif: does not overlap", "image.tif", "600000", "500000", "EPSG:32633"});
  labels({.width = 32, .height = 20, .crs = ""});
  expect_error([&] { Dataset(project(), {}); }, ErrorCode::mismatch,
               {"labels.tif: cannot be laid over", "image.tif", "32 x 20", "32 x 24", "no CRS"});
  labels({.width = 32, .height = 20, .crs = "", .geotransform = {}});
  expect_error([&] { Dataset(project(), {}); }, ErrorCode::mismatch,
               {"labels.tif: cannot be laid over", "32 x 20 pixels without a place"});
  labels({.width = 32, .height = 24, .bands = 2});
  expect_error([&] { Dataset(project(), {}); }, ErrorCode::unsupported, {"labels.tif", "2 bands"});
}

TEST_F(LabelsTest, WithoutAPlaceButOfTheImagesSizeAreTaken) {
  image();
  labels({.width = 32, .height = 24, .crs = "", .geotransform = {}, .value = [](int, int column, int) {
            return column % 2;
          }});
  const Dataset dataset(project(), {});
  EXPECT_EQ(dataset.count(Part::training, 1), 16U * 24U);
  ASSERT_FALSE(dataset.warnings().empty());
}

TEST_F(LabelsTest, OfUnknownValuesAreListedWithTheirCounts) {
  image();
  labels({.width = 32, .height = 24, .type = GDT_Float32, .value = [](int, int column, int row) {
            return row == 0 ? (column < 3 ? 7 : column < 5 ? 0.5 : 1) : 0;
          }});
  expect_error([&] { Dataset(project(), {}); }, ErrorCode::mismatch,
               {"labels.tif", "\"a\"", "7 (3 pixels)", "0.5 (2 pixels)", "labels.map", "ignore"});
  Project made = project();
  made.images[0].labels.ignore = {7};
  expect_error([&] { Dataset(made, {}); }, ErrorCode::mismatch, {"value that no class has: 0.5 (2 pixels)"});
}

TEST_F(LabelsTest, MapRangesAndIgnoreValues) {
  image();
  labels({.width = 32, .height = 24, .value = [](int, int column, int) { return column * 8; }});
  Project made = project();
  made.images[0].labels.map = {{"0-127", "background"}, {"128-240", "road"}};
  made.images[0].labels.ignore = {248};
  const Dataset dataset(made, {});
  EXPECT_EQ(dataset.count(Part::training, 0), 16U * 24U);
  EXPECT_EQ(dataset.count(Part::training, 1), 15U * 24U);
}

TEST_F(LabelsTest, ThatAreNodataCountInNothingUnlessNamed) {
  image();
  labels({.width = 32,
          .height = 24,
          .value = [](int, int column, int) { return column < 8 ? 255 : column % 2; },
          .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(255); }});
  EXPECT_EQ(Dataset(project(), {}).labelled(Part::training), 24U * 24U);
  labels({.width = 32,
          .height = 24,
          .value = [](int, int column, int) { return column % 2; },
          .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(0); }});
  const Dataset named(project(), {});  // the classes name 0
  EXPECT_EQ(named.count(Part::training, 0), 16U * 24U);
  EXPECT_FALSE(named.warnings().empty());
}

TEST_F(LabelsTest, WhatTeachesNothingIsSaid) {
  image();
  labels({.width = 32, .height = 24, .value = [](int, int, int) { return 0; }});
  expect_error([&] { Dataset(project(), {}); }, ErrorCode::mismatch,
               {"class \"road\" never occurs in the labels", "allow_missing"});
  Project made = project();
  made.allow_missing = {"road"};
  EXPECT_EQ(Dataset(made, {}).count(Part::training, 0), 768U);
  EXPECT_FALSE(Dataset(project(), {.strict = false}).warnings().empty());
  made.images[0].labels.ignore = {0};
  made.images[0].labels.map = {{"1", "road"}};
  expect_error([&] { Dataset(made, {}); }, ErrorCode::mismatch, {"no valid training pixel", "labels.map"});
  made = project();
  made.split.fractions = {0, 1, 0};
  expect_error([&] { Dataset(made, {}); }, ErrorCode::mismatch, {"no valid training pixel", "split"});
}

TEST_F(LabelsTest, OfOneImageInvalidThroughoutIsAWarning) {
  image();
  labels({.width = 32, .height = 24, .value = [](int, int column, int) { return column % 2; }});
  write_raster(file("void.tif"), {.width = 32,
                                  .height = 24,
                                  .value = [](int, int, int) { return 9; },
                                  .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(9); }});
  Project made = project();
  made.images.push_back(image_of("b", file("void.tif"), file("labels.tif")));
  const Dataset dataset(made, {});
  ASSERT_EQ(dataset.warnings().size(), 1U);
  EXPECT_NE(dataset.warnings()[0].find("image \"b\""), std::string::npos);
  made.images.erase(made.images.begin());
  expect_error([&] { Dataset(made, {}); }, ErrorCode::mismatch, {"no valid training pixel"});
}

TEST_F(LabelsTest, OfRealLandCoverLeaveZeroOut) {
  const auto folder_of = shared_data("data/nb_landcover");
  TERRAMASK_REQUIRE(folder_of);
  const std::string ortho = (folder_of / "23322E759967N_clipped_1m_1of2.tif").string();
  const auto gpkg = (folder_of / "landcover_1of2.gpkg").string();
  const std::string sql = "select geom, cast(Quatreclasses as integer) as class from BakerLake_2017";
  ASSERT_EQ(std::system(("gdal_rasterize -q -a class -dialect sqlite -sql '" + sql +
                         "' -ot Byte -te 2332263.6711 7599457.128 2332403.6711 7599627.628 -ts 280 341 " +
                         gpkg + " " + file("cover.tif"))
                            .c_str()),
            0);
  Project made = small_project();
  made.classes = {{1, "vegetation", "#00ff00"},
                  {2, "hydro", "#0000ff"},
                  {3, "road", "#ffd400"},
                  {4, "building", "#ff0000"}};
  for (const ClassInfo& one : made.classes) made.allow_missing.push_back(one.name);
  made.images = {image_of("nb", ortho, file("cover.tif"))};
  made.images[0].labels.ignore = {0};
  const Dataset dataset(made, {});
  const auto truth = raw(file("cover.tif"), {1});
  std::array<std::uint64_t, 5> counts{};
  for (const float value : truth) ++counts[static_cast<std::size_t>(value)];
  ASSERT_GT(counts[0], 0U);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_EQ(dataset.count(Part::training, c), counts[c + 1]);
  const auto pixels = read_part(dataset, 0, Part::training);
  for (std::size_t i = 0; i < truth.size(); ++i) ASSERT_EQ(pixels.labels[i], static_cast<int>(truth[i]));
}

}  // namespace
}  // namespace terramask::tests
