// Planted offsets are found, and what cannot be told is not called known.
#include <gtest/gtest.h>

#include <algorithm>

#include "labels/check_support.hpp"
#include "terramask/scene.hpp"

namespace terramask::tests {
namespace {

using labels::BlockCheck;
using labels::CheckReport;

struct Tally {
  int blocks = 0, sure = 0, right = 0;
  double worst = 0;

  void add(bool confident, double error) {
    ++blocks;
    sure += confident ? 1 : 0;
    right += confident && std::abs(error) <= 0.5 ? 1 : 0;
    if (confident) worst = std::max(worst, std::abs(error));
  }
};

/// The same raster, its corner moved by whole and broken pixels.
void copy_moved(const std::string& from, const std::string& to, double pixel, std::array<double, 2> offset) {
  const Raster values = read_raster(from);
  NewRaster raster{.width = values.width, .height = values.height};
  raster.geotransform = {452000 + offset[0] * pixel, pixel, 0, 5412000 - offset[1] * pixel, 0, -pixel};
  raster.value = [&](int, int column, int row) { return values.at(column, row); };
  write_raster(to, raster);
}

TEST_F(CheckTest, FindsWhatIsPlantedInTowns) {
  Tally x, y;
  int both = 0;
  for (const std::uint64_t seed : {71, 72, 73}) {
    SceneOptions scene{.folder = file("town"), .seed = seed, .width = 768, .height = 768, .overwrite = true};
    generate_scene(scene);
    labels::CheckOptions options = CheckTest::options(scene_classes());
    options.image.paths = {file("town/ortho.tif")};
    for (const std::array<double, 2> planted :
         {std::array{0.0, 0.0}, {3.0, -2.0}, {-8.0, 8.0}, {2.4, -5.7}, {7.6, 0.3}}) {
      copy_moved(file("town/labels.tif"), file("labels.tif"), 0.5, planted);
      const CheckReport report = check_labels(options, {}, nullptr);
      ASSERT_EQ(report.blocks.size(), 9U);
      for (const BlockCheck& one : report.blocks) {
        x.add(one.offset.confident_x(), one.offset.dx + planted[0]);
        y.add(one.offset.confident_y(), one.offset.dy + planted[1]);
        both += one.offset.confident_x() && one.offset.confident_y() ? 1 : 0;
      }
      EXPECT_NEAR(report.common.dx, -planted[0], 0.25);
      EXPECT_NEAR(report.common.dy, -planted[1], 0.25);
    }
  }
  fmt::print(
      "{} blocks: sure along x {}, right {}, worst {:.2f}; along y {}, right {}, worst {:.2f}; both {}\n",
      x.blocks, x.sure, x.right, x.worst, y.sure, y.right, y.worst, both);
  EXPECT_GE(x.right, 0.95 * x.sure);
  EXPECT_GE(y.right, 0.95 * y.sure);
  EXPECT_GE(both, 0.5 * x.blocks);
}

TEST_F(CheckTest, AStraightRoadFixesTheAxisAcrossItAlone) {
  const auto road = [](int column, int) { return column % 128 >= 60 && column % 128 < 72; };
  write_image(512, road);
  write_labels(512, road, {3, 5});
  const CheckReport report = check_labels(options(), {}, nullptr);
  ASSERT_EQ(report.blocks.size(), 4U);
  for (const BlockCheck& one : report.blocks) {
    EXPECT_TRUE(one.offset.confident_x());
    EXPECT_NEAR(one.offset.dx, -3, 0.3);
    EXPECT_FALSE(one.offset.confident_y());
    EXPECT_GT(one.offset.sigma_y(), 1.5);
    EXPECT_NEAR(std::abs(one.offset.loose_direction()), 90, 5);
  }
  EXPECT_EQ(report.confident_x, 4);
  EXPECT_EQ(report.confident_y, 0);
}

TEST_F(CheckTest, ASlantingRoadFixesNoAxisButTheDirectionAcross) {
  const auto road = [](int column, int row) { return (column - row + 1024) % 128 < 14; };
  write_image(512, road);
  write_labels(512, road, {4, 0});
  for (const BlockCheck& one : check_labels(options(), {}, nullptr).blocks) {
    EXPECT_FALSE(one.offset.confident_x());
    EXPECT_FALSE(one.offset.confident_y());
    EXPECT_LT(one.offset.principal()[1], 0.25);
    EXPECT_NEAR(one.offset.loose_direction(), 45, 5);
    // Across the road 4 pixels to the right are as 2 to the right and 2 up.
    EXPECT_NEAR((one.offset.dx - one.offset.dy) / 2, -2, 0.3);
  }
}

TEST_F(CheckTest, ACrossroadsFixesBoth) {
  const auto road = [](int column, int row) { return column % 128 < 12 || (row + 30) % 128 < 12; };
  write_image(512, road);
  write_labels(512, road, {-6, 2.5});
  const CheckReport report = check_labels(options(), {}, nullptr);
  EXPECT_EQ(report.confident_both, 4);
  for (const BlockCheck& one : report.blocks) {
    EXPECT_NEAR(one.offset.dx, 6, 0.3);
    EXPECT_NEAR(one.offset.dy, -2.5, 0.3);
  }
}

TEST_F(CheckTest, LabelsThatHaveNothingToDoWithTheImageFixNothing) {
  const auto nothing = [](int, int) { return false; };
  write_image(512, nothing);
  write_labels(512, [](int column, int row) { return column / 23 * 7 % 5 == row / 19 * 3 % 4; }, {0, 0});
  const CheckReport report = check_labels(options(), {}, nullptr);
  EXPECT_EQ(report.confident_x + report.confident_y, 0);
  write_labels(512, nothing, {0, 0});
  for (const BlockCheck& one : check_labels(options(), {}, nullptr).blocks) EXPECT_FALSE(one.offset.known);
}

TEST_F(CheckTest, OneBandAndNodataAreEnough) {
  std::mt19937 random(7);
  std::normal_distribution<double> draw(0, 200);
  const auto road = [](int column, int row) { return column % 100 < 12 || (row + 30) % 100 < 12; };
  NewRaster raster{.width = 400, .height = 400, .type = GDT_UInt16};
  raster.value = [&](int, int column, int row) {
    if (column < 90) return 0.0;
    return std::clamp(std::round((road(column, row) ? 2100 : 1500) + draw(random)), 1.0, 65535.0);
  };
  raster.dress = [](GDALDataset& file) { file.GetRasterBand(1)->SetNoDataValue(0); };
  write_raster(file("image.tif"), raster);
  write_labels(400, road, {2, -7});
  labels::CheckOptions options = CheckTest::options();
  options.block = 200;
  const CheckReport report = check_labels(options, {}, nullptr);
  std::uint64_t valid = 0;
  for (const BlockCheck& one : report.blocks) valid += one.valid;
  EXPECT_EQ(valid, 310U * 400U);
  EXPECT_EQ(report.confident_both, 4);
  for (const BlockCheck& one : report.blocks) {
    EXPECT_NEAR(one.offset.dx, -2, 0.3);
    EXPECT_NEAR(one.offset.dy, 7, 0.3);
  }
}

}  // namespace
}  // namespace terramask::tests
