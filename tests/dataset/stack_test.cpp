// Stacks: bands by name and number, nodata by file, heights above terrain.
#include <gtest/gtest.h>

#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

class StackTest : public ReadTest {
 protected:
  void SetUp() override {
    ReadTest::SetUp();
    write_raster(file("labels.tif"),
                 {.width = 40, .height = 40, .value = [](int, int column, int) { return column % 2; }});
    write_raster(file("rgb.tif"),
                 {.width = 40,
                  .height = 40,
                  .bands = 3,
                  .value = [](int band, int column, int row) { return 50 * band + column - row / 2; },
                  .dress = dress_rgb});
  }
  Project project_of(std::vector<StackMember> stack) const {
    Project project = small_project();
    project.images = {image_of("a", file("rgb.tif"), file("labels.tif"))};
    project.images[0].stack = std::move(stack);
    return project;
  }
  static std::string names(const Dataset& dataset) {
    std::string all;
    for (const auto& band : dataset.bands()) all += band.name + " ";
    return all;
  }
};

TEST_F(StackTest, BandsAreFoundByNameAndCalledByNumber) {
  const std::vector<StackMember> stack{
      RasterMember{.path = file("rgb.tif"), .bands = {{"blue", 0}, {"nir", 1}}, .nodata = "auto"}};
  const Dataset dataset(project_of(stack), {});
  EXPECT_EQ(names(dataset), "blue nir ");
  const auto pixels = read_part(dataset, 0, Part::training);
  EXPECT_EQ(pixels.values[3], 153);
  EXPECT_EQ(pixels.values[1600 + 3], 53);
  for (const BandKey& key : {BandKey{"swir", 0}, BandKey{"swir", 4}}) {
    const Project wrong =
        project_of({RasterMember{.path = file("rgb.tif"), .bands = {key}, .nodata = "auto"}});
    expect_error([&] { Dataset(wrong, {}); }, ErrorCode::mismatch, {"rgb.tif", "swir"});
  }
}

TEST_F(StackTest, ImagesMustHaveTheSameBandsInAnyOrder) {
  write_raster(file("bgr.tif"), {.width = 40,
                                 .height = 40,
                                 .bands = 3,
                                 .value = [](int band, int, int) { return 10 * band; },
                                 .dress =
                                     [](GDALDataset& d) {
                                       d.GetRasterBand(1)->SetColorInterpretation(GCI_BlueBand);
                                       d.GetRasterBand(2)->SetColorInterpretation(GCI_GreenBand);
                                       d.GetRasterBand(3)->SetColorInterpretation(GCI_RedBand);
                                     }});
  Project project = project_of({RasterMember{.path = file("rgb.tif"), .bands = {}, .nodata = "auto"}});
  project.images.push_back(image_of("b", file("bgr.tif"), file("labels.tif")));
  const Dataset dataset(project, {});
  EXPECT_EQ(read_part(dataset, 1, Part::training).values[0], 30);  // red comes first in the first image
  write_raster(file("two.tif"), {.width = 40, .height = 40, .bands = 2});
  project.images[1] = image_of("b", file("two.tif"), file("labels.tif"));
  expect_error([&] { Dataset(project, {}); }, ErrorCode::mismatch,
               {"\"a\" and \"b\"", "same bands", "red Byte"});
  write_raster(file("wide.tif"),
               {.width = 40, .height = 40, .bands = 3, .type = GDT_UInt16, .dress = dress_rgb});
  project.images[1] = image_of("b", file("wide.tif"), file("labels.tif"));
  expect_error([&] { Dataset(project, {}); }, ErrorCode::mismatch,
               {"\"a\" and \"b\"", "\"red\" is of another type"});
}

TEST_F(StackTest, NodataIsEachFilesOwn) {
  for (const std::string name : {"one", "two"})
    write_raster(file(name + ".tif"), {.width = 40,
                                       .height = 40,
                                       .value = [](int, int column, int) { return column; },
                                       .dress =
                                           [name](GDALDataset& d) {
                                             d.GetRasterBand(1)->SetDescription(name.c_str());
                                             d.GetRasterBand(1)->SetNoDataValue(3);
                                           }});
  const auto hidden = [&](const std::string& first, const std::string& second) {
    const Dataset dataset(project_of({RasterMember{.path = file("one.tif"), .bands = {}, .nodata = first},
                                      RasterMember{.path = file("two.tif"), .bands = {}, .nodata = second}}),
                          {});
    std::set<int> columns;
    const auto pixels = read_part(dataset, 0, Part::training);
    for (int i = 0; i < 40; ++i)
      if (pixels.visible[static_cast<std::size_t>(i)] == 0) columns.insert(i);
    return columns;
  };
  EXPECT_EQ(hidden("auto", "none"), (std::set<int>{3}));
  EXPECT_EQ(hidden("none", "none"), (std::set<int>{}));
  EXPECT_EQ(hidden("none", "7"), (std::set<int>{7}));
  EXPECT_EQ(hidden("5", "7"), (std::set<int>{5, 7}));
}

TEST_F(StackTest, HeightsAreTheDsmMinusTheBilinearDtm) {
  // A terrain that is a plane, of pixels of 4 m, which bilinear interpolation brings back exactly; a hole in
  // each of the two.
  const auto plane = [](double x, double y) { return 100 + 0.5 * x - 0.25 * y; };
  write_raster(file("dtm.tif"), {.width = 20,
                                 .height = 20,
                                 .type = GDT_Float32,
                                 .geotransform = {499980, 4, 0, 5000020, 0, -4},
                                 .value =
                                     [&](int, int column, int row) {
                                       if (column == 10 && row == 10) return -9999.0;
                                       return plane(column * 4 + 2 - 20, row * 4 + 2 - 20);
                                     },
                                 .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(-9999); }});
  write_raster(file("dsm.tif"),
               {.width = 40,
                .height = 40,
                .type = GDT_Float32,
                .value =
                    [&](int, int column, int row) {
                      if (column == 2 && row == 3) return -32768.0;
                      return plane(column + 0.5, row + 0.5) + (column > 30 ? 7 : 0);
                    },
                .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(-32768); }});
  const Dataset dataset(project_of({RasterMember{.path = file("rgb.tif"), .bands = {}, .nodata = "auto"},
                                    NdsmMember{file("dsm.tif"), file("dtm.tif")}}),
                        {});
  EXPECT_EQ(names(dataset), "red green blue ndsm ");
  EXPECT_EQ(dataset.bands()[3].type, "Float32");
  const auto pixels = read_part(dataset, 0, Part::training);
  EXPECT_EQ(pixels.visible[3 * 40 + 2], 0);
  EXPECT_EQ(pixels.visible[21 * 40 + 22],
            0);  // in the middle of the terrain's hole: rows and columns 20 to 23
  std::size_t seen = 0;
  for (std::size_t i = 0; i < 1600; ++i) {
    if (pixels.visible[i] == 0) continue;
    ++seen;
    const auto column = static_cast<int>(i % 40), row = static_cast<int>(i / 40);
    // Beside the hole fewer pixels weigh.
    const bool beside = column >= 17 && column <= 26 && row >= 17 && row <= 26;
    if (!beside) {
      ASSERT_NEAR(pixels.values[3 * 1600 + i], column > 30 ? 7 : 0, 1e-4) << column << ", " << row;
    }
  }
  EXPECT_GE(seen, 1600U - 1 - 16);
}

TEST_F(StackTest, RealHeightsOnOneGridAreTheDifference) {
  const auto data = shared_data("data/dsm_dtm_dc");
  TERRAMASK_REQUIRE(data);
  write_raster(file("labels.tif"), {.width = 283,
                                    .height = 259,
                                    .crs = "EPSG:26918",
                                    .geotransform = {321498, 2, 0, 4298018, 0, -2},
                                    .value = [](int, int column, int) { return column % 2; }});
  const Dataset dataset(project_of({NdsmMember{(data / "dsm.tif").string(), (data / "dtm.tif").string()}}),
                        {});
  const auto pixels = read_part(dataset, 0, Part::training);
  const auto dsm = raw((data / "dsm.tif").string(), {1}), dtm = raw((data / "dtm.tif").string(), {1});
  std::size_t compared = 0;
  for (std::size_t i = 0; i < dsm.size(); ++i) {
    ASSERT_EQ(pixels.visible[i], dsm[i] != -9999 && dtm[i] != -9999 ? 1 : 0);
    if (pixels.visible[i] == 0) continue;
    ++compared;
    ASSERT_EQ(pixels.values[i], dsm[i] - dtm[i]);
  }
  EXPECT_GT(compared, dsm.size() / 2);
}

TEST_F(StackTest, ThePartOfAPixelAllowsForItsCoarsestSource) {
  const auto border = [&](std::vector<StackMember> stack) {
    Project project = project_of(std::move(stack));
    project.split = {.method = SplitMethod::blocks, .block_m = 15, .fractions = {0.5, 0.5, 0}, .seed = 1};
    const Dataset dataset(project, {});
    return 1600 - dataset.visible(Part::training) - dataset.visible(Part::validation);
  };
  write_raster(file("coarse.tif"),
               {.width = 10,
                .height = 10,
                .geotransform = {500000, 4, 0, 5000000, 0, -4},
                .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetDescription("coarse"); }});
  const RasterMember rgb{.path = file("rgb.tif"), .bands = {}, .nodata = "auto"};
  const auto fine = border({rgb});
  const auto coarse = border({rgb, RasterMember{.path = file("coarse.tif"), .bands = {}, .nodata = "auto"}});
  EXPECT_GT(fine, 0U);
  EXPECT_GT(coarse, 2 * fine);
}

}  // namespace
}  // namespace terramask::tests
