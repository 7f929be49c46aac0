// What a check counts, writes and refuses; and labels moved by it.
#include <gmock/gmock.h>
#include <ogrsf_frmts.h>

#include <algorithm>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "labels/check/align.hpp"
#include "labels/check/check_report.hpp"
#include "labels/check/offset_field.hpp"
#include "labels/check_support.hpp"

namespace terramask::tests {
namespace {

using labels::BlockCheck;
using labels::CheckReport;
using testing::HasSubstr;

bool crossing(int column, int row) {
  return column % 64 < 10 || (row + 30) % 80 < 10;
}

TEST_F(CheckTest, CountsClassesIgnoredAndDisputed) {
  write_image(128, crossing);
  // 9 is ignored; the model calls one road background, and knows nothing of the last rows.
  NewRaster raster{.width = 128, .height = 128};
  raster.value = [](int, int column, int row) { return row < 16 ? 9 : crossing(column, row) ? 1 : 0; };
  write_raster(file("labels.tif"), raster);
  raster.value = [](int, int column, int row) {
    return row >= 120 ? 9 : column >= 64 && column < 74 ? 0 : crossing(column, row) ? 1 : 0;
  };
  write_raster(file("mask.tif"), raster);
  labels::CheckOptions options = CheckTest::options();
  options.block = 64;
  options.prediction = labels::LabelRaster{file("mask.tif"), plain_codes(2)};
  const CheckReport report = check_labels(options, {}, nullptr);
  ASSERT_EQ(report.blocks.size(), 4U);
  const BlockCheck& first = report.blocks[0];
  EXPECT_EQ(first.valid, 64U * 64U);
  EXPECT_EQ(first.ignored, 64U * 16U);
  EXPECT_EQ(first.counts[0] + first.counts[1], 64U * 48U);
  EXPECT_EQ(first.disputed, 0U);
  const std::vector<std::size_t> order = report.ranking();
  EXPECT_TRUE(order[0] == 1 || order[0] == 3);
  const BlockCheck& second = report.blocks[1];
  EXPECT_GT(second.disputed, 200U);
  EXPECT_LE(second.disputed, second.judged);
  EXPECT_EQ(second.largest.label, 1U);
  EXPECT_EQ(second.largest.model, 0U);
  EXPECT_EQ(second.largest.count, second.disputed);
  EXPECT_EQ(dispute_text(report, second), "road → background");
}

TEST_F(CheckTest, WritesATableALayerAndAPage) {
  write_image(300, crossing);
  write_labels(300, crossing, {4, -3});
  labels::CheckOptions options = CheckTest::options();
  options.block = 128;
  const CheckReport report = check_labels(options, {}, nullptr);
  const std::string csv = check_csv(report);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 9);
  EXPECT_THAT(csv, HasSubstr("rank,column,row,width,height,dx_px"));
  EXPECT_THAT(csv, HasSubstr("share road"));

  write_check_layer(file("check.gpkg"), report, false, nullptr);
  expect_error([&] { write_check_layer(file("check.gpkg"), report, false, nullptr); }, ErrorCode::exists,
               {"check.gpkg"});
  const geo::DatasetPtr layer_file = geo::open_vector(file("check.gpkg"));
  OGRLayer* layer = layer_file->GetLayer(0);
  ASSERT_EQ(layer->GetFeatureCount(), 9);
  double area = 0;
  int sure = 0;
  while (const std::unique_ptr<OGRFeature> feature{layer->GetNextFeature()}) {
    area += feature->GetGeometryRef()->toPolygon()->get_Area();
    if (std::string(feature->GetFieldAsString("confident")) != "xy") continue;
    ++sure;
    EXPECT_NEAR(feature->GetFieldAsDouble("dx_px"), -4, 0.5);
    // Pixels of this UTM grid are not quite a metre on the ground.
    EXPECT_NEAR(feature->GetFieldAsDouble("dy_m"), 3, 0.5);
  }
  EXPECT_EQ(area, 300 * 300);
  EXPECT_GE(sure, 4);
  EXPECT_NE(layer->GetSpatialRef(), nullptr);

  const std::string page = check_html(report, options, 2, nullptr);
  EXPECT_THAT(page, HasSubstr("data:image/png;base64,"));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  std::size_t figures = 0;
  for (std::size_t at = 0; (at = page.find("<figure>", at)) != std::string::npos; ++at) ++figures;
  EXPECT_EQ(figures, 2U * 2U);
}

TEST_F(CheckTest, AlignsWhatLiesOffDifferently) {
  // The left half is 5 pixels too far right, the right half 3 too far left; between them the map is torn.
  const auto torn = [](int column, int row) {
    return crossing(column < 256 ? column - 5 : column + 3, row + 1);
  };
  write_image(512, crossing);
  write_labels(512, torn, {0, 0});
  labels::CheckOptions options = CheckTest::options();
  options.block = 128;
  const CheckReport report = check_labels(options, {}, nullptr);
  EXPECT_GE(report.confident_both, 14);
  const auto wrong = [&](const std::string& name, int left, int right) {
    const Raster found = read_raster(file(name));
    int count = 0;
    for (int row = 8; row < 504; ++row)
      for (int column = left; column < right; ++column)
        count += found.at(column, row) != (crossing(column, row) ? 1 : 0) ? 1 : 0;
    return count;
  };
  EXPECT_GT(wrong("labels.tif", 16, 496), 20000);
  labels::AlignOptions align;
  align.output.path = file("aligned.tif");
  const labels::AlignSummary summary = align_labels(options, report, align, {}, nullptr);
  EXPECT_EQ(wrong("aligned.tif", 16, 64), 0);
  EXPECT_EQ(wrong("aligned.tif", 448, 496), 0);
  EXPECT_NEAR(summary.least_x, -5, 0.4);
  EXPECT_NEAR(summary.most_x, 3, 0.4);
  EXPECT_LT(wrong("aligned.tif", 16, 496), wrong("labels.tif", 16, 496) / 2);
  // One offset for all cannot.
  align.mode = labels::AlignMode::common;
  align.output.overwrite = true;
  align_labels(options, report, align, {}, nullptr);
  EXPECT_GT(wrong("aligned.tif", 16, 64) + wrong("aligned.tif", 448, 496), 1000);
}

TEST_F(CheckTest, AlignsLabelsOfABrokenOffsetToTheNearestPixel) {
  write_image(384, crossing);
  write_labels(384, crossing, {-3.4, 6.6});
  labels::CheckOptions options = CheckTest::options();
  options.block = 128;
  labels::AlignOptions align;
  align.output.path = file("aligned.tif");
  align_labels(options, check_labels(options, {}, nullptr), align, {}, nullptr);
  const Raster found = read_raster(file("aligned.tif"));
  ASSERT_EQ(found.width, 384);
  int wrong = 0, open = 0;
  for (int row = 0; row < 384; ++row)
    for (int column = 0; column < 384; ++column) {
      const int value = found.at(column, row);
      open += value == 255 ? 1 : 0;
      wrong += value != 255 && value != (crossing(column, row) ? 1 : 0) ? 1 : 0;
    }
  EXPECT_EQ(wrong, 0);
  // What was moved in from outside is nodata.
  EXPECT_GT(open, 0);
  EXPECT_LT(open, 384 * 16);
}

TEST_F(CheckTest, RefusesWhatCannotBe) {
  write_image(128, crossing);
  write_labels(128, crossing, {0, 0});
  labels::CheckOptions options = CheckTest::options();
  options.block = 16;
  expect_error([&] { check_labels(options, {}, nullptr); }, ErrorCode::usage, {"16 pixels", "32 to 4096"});
  options = CheckTest::options();
  options.reach = 65;
  expect_error([&] { check_labels(options, {}, nullptr); }, ErrorCode::usage, {"65 pixels", "2 to 64"});
  options = CheckTest::options();
  options.labels.codes.assign(65536, 0);
  expect_error([&] { check_labels(options, {}, nullptr); }, ErrorCode::mismatch, {"no pixel of", "`map`"});
  write_labels(128, crossing, {5000, 0});
  options = CheckTest::options();
  expect_error([&] { check_labels(options, {}, nullptr); }, ErrorCode::mismatch, {"does not overlap"});
  // Nothing sure: nothing is written.
  write_labels(128, [](int, int) { return false; }, {0, 0});
  const CheckReport report = check_labels(options, {}, nullptr);
  labels::AlignOptions align;
  align.output.path = file("aligned.tif");
  expect_error([&] { align_labels(options, report, align, {}, nullptr); }, ErrorCode::mismatch,
               {"no block", "`block`"});
  EXPECT_FALSE(std::filesystem::exists(file("aligned.tif")));
  StopFlag stop;
  stop.request();
  try {
    check_labels(options, {}, &stop);
    ADD_FAILURE() << "it went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::cancelled);
  }
}

TEST(OffsetField, JoinsWhatIsKnownOfDifferentDirections) {
  // The left block knows x, the right one y; the common offset is neither's.
  labels::OffsetEstimate left{.dx = 3, .dy = 50, .xx = 0.01, .yy = 400, .known = true};
  labels::OffsetEstimate right{.dx = 50, .dy = -2, .xx = 400, .yy = 0.01, .known = true};
  const labels::OffsetField field(2, 1, 100, {left, right}, {.dx = 0, .dy = 0, .sigma = 3});
  const auto middle = field.at(100, 50);
  EXPECT_NEAR(middle[0], 3, 0.3);
  EXPECT_NEAR(middle[1], -2, 0.3);
  // Where nobody knows anything it is the common one.
  const labels::OffsetField none(1, 1, 100, {labels::OffsetEstimate{}}, {.dx = 1.5, .dy = -1, .sigma = 3});
  EXPECT_DOUBLE_EQ(none.at(0, 0)[0], 1.5);
  EXPECT_DOUBLE_EQ(none.at(99, 99)[1], -1);
}

}  // namespace
}  // namespace terramask::tests
