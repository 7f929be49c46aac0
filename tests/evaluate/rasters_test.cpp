// Masks against rasters and polygons of other grids, values and places.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "evaluate/support.hpp"
#include "geo/files/open.hpp"
#include "terramask/raster_info.hpp"

namespace terramask::tests {
namespace {

using ::testing::HasSubstr;

class Rasters : public EvaluateTest {
 protected:
  /// Left half background, right half road, on a grid of 20 × 10.
  Rasters() {
    for (int i = 0; i < 200; ++i) half_.push_back(i % 20 >= 10 ? 1 : 0);
    mask_ = mask("m.tif", utm_grid(20, 10), half_, road_classes());
  }

  static ConfusionMatrix run(const EvaluationOptions& options) {
    return evaluate(options, {}, nullptr).matrix;
  }

  std::vector<int> half_;
  std::string mask_;
};

TEST_F(Rasters, NodataPredictedCountsAsErrorAndNodataOfTheReferenceAsNothing) {
  std::vector<int> said = half_, truth = half_;
  for (std::size_t i = 0; i < 20; ++i) said[i] = 255;    // the first row
  for (std::size_t i = 160; i < 200; ++i) truth[i] = 9;  // the last two: nodata
  const auto report = evaluate(pair_of(mask("n.tif", utm_grid(20, 10), said, road_classes()),
                                       raster("r.tif", utm_grid(20, 10), truth, 9)),
                               {}, nullptr);
  EXPECT_EQ(report.matrix.total(), 160U);
  EXPECT_EQ(report.matrix.at(0, 2), 10U);
  EXPECT_EQ(report.matrix.at(1, 2), 10U);
  EXPECT_EQ(report.matrix.at(0, 0), 70U);
  EXPECT_DOUBLE_EQ(report.matrix.scores().coverage, 140.0 / 160);
  EXPECT_DOUBLE_EQ(report.matrix.scores().overall, 140.0 / 160);
}

TEST_F(Rasters, AReferenceOfHalfTheExtentJudgesHalf) {
  // The reference begins five columns to the right and ends beyond the mask.
  const std::string reference = raster("r.tif", utm_grid(20, 10, 500005), std::vector<int>(200, 1));
  const ConfusionMatrix matrix = run(pair_of(mask_, reference));
  EXPECT_EQ(matrix.total(), 150U);
  EXPECT_EQ(matrix.at(1, 0), 50U);
  EXPECT_EQ(matrix.at(1, 1), 100U);
}

TEST_F(Rasters, OtherPixelSizesAreTakenAtPixelCentres) {
  // Pixels of 2.5 m whose columns change at 10 m, as the mask does.
  std::vector<int> coarse;
  for (int i = 0; i < 32; ++i) coarse.push_back(i % 8 >= 4 ? 1 : 0);
  EXPECT_EQ(run(pair_of(mask_, raster("c.tif", utm_grid(8, 4, 500000, 5400000, 2.5), coarse))).right(), 200U);
  // Pixels of 0.25 m, of which only those under the centres count.
  std::vector<int> fine;
  for (int i = 0; i < 80 * 40; ++i) {
    const int x = i % 80, y = i / 80;
    fine.push_back(x % 4 == 2 && y % 4 == 2 ? (x >= 40 ? 1 : 0) : 7);
  }
  EXPECT_EQ(run(pair_of(mask_, raster("f.tif", utm_grid(80, 40, 500000, 5400000, 0.25), fine))).right(),
            200U);
}

TEST_F(Rasters, AnotherCrsIsWarped) {
  // The mask's place in degrees, in pixels of about 0.2 m: what lies east of the mask's middle is road.
  const geo::CrsTransform to_degrees(utm(), geo::crs_from_user("EPSG:4326", "test"));
  std::array<double, 3> x{500000, 500020, 500010}, y{5400000, 5399990, 5399995};
  to_degrees.apply(x, y);
  Grid degrees{.width = 100,
               .height = 60,
               .geotransform = {x[0], (x[1] - x[0]) / 100, 0, y[0], 0, (y[1] - y[0]) / 60},
               .has_geotransform = true,
               .crs = geo::crs_from_user("EPSG:4326", "test")};
  std::vector<int> truth;
  for (int i = 0; i < 6000; ++i) truth.push_back(i % 100 >= 50 ? 1 : 0);
  const std::string reference = raster("d.tif", degrees, truth);
  const ConfusionMatrix matrix = run(pair_of(mask_, reference));
  EXPECT_GE(matrix.total(), 190U);  // the corners of one lie outside the other
  EXPECT_EQ(matrix.right(), matrix.total());
  // The blocks do not matter.
  for (const std::int64_t block : {3, 7}) {
    EvaluationOptions options = pair_of(mask_, reference);
    options.block = block;
    EXPECT_EQ(run(options), matrix);
  }
}

TEST_F(Rasters, ValuesAreMappedAndIgnored) {
  std::vector<int> truth;
  for (std::size_t i = 0; i < 200; ++i) truth.push_back(i < 20 ? 128 : half_[i] == 1 ? 255 : 0);
  EvaluationOptions options = pair_of(mask_, raster("r.tif", utm_grid(20, 10), truth));
  options.map = {"255=road"};
  options.ignore = {"128"};
  EXPECT_EQ(run(options).total(), 180U);
  EXPECT_EQ(run(options).right(), 180U);
  options.map = {"255=1", "128=0"};
  options.ignore = {};
  EXPECT_EQ(run(options).at(0, 1), 10U);
}

TEST_F(Rasters, UnknownValuesAreListedWithCounts) {
  std::vector<int> truth = half_;
  for (std::size_t i = 0; i < 30; ++i) truth[i] = i < 25 ? 77 : 3;
  EvaluationOptions options = pair_of(mask_, raster("r.tif", utm_grid(20, 10), truth));
  options.pairs[0].errors = path("e.tif");
  options.erode = 2;  // halos are not counted twice
  options.block = 4;
  const Error error = error_of([&] { evaluate(options, {}, nullptr); });
  EXPECT_EQ(error.code(), ErrorCode::mismatch);
  EXPECT_THAT(
      error.message(),
      HasSubstr("r.tif: holds values that are not classes of the mask: 77 (25 pixels), 3 (5 pixels)"));
  EXPECT_THAT(error.remedy(), HasSubstr("`map=VALUE=CLASS`"));
  EXPECT_FALSE(std::filesystem::exists(path("e.tif")));
}

TEST_F(Rasters, NamesOfALegendStandForClasses) {
  std::vector<int> truth;
  for (const int value : half_) truth.push_back(value == 1 ? 8 : 5);
  EXPECT_EQ(run(pair_of(mask_, mask("r.tif", utm_grid(20, 10), truth,
                                    {{5, "background", "#000000"}, {8, "road", "#ff0000"}})))
                .right(),
            200U);
  // A value that stands for one class and is called another is told.
  const auto report = evaluate(pair_of(mask_, mask("s.tif", utm_grid(20, 10), half_,
                                                   {{0, "road", "#000000"}, {1, "background", "#ff0000"}})),
                               {}, nullptr);
  ASSERT_EQ(report.warnings.size(), 2U);
  EXPECT_THAT(report.warnings[0], HasSubstr("its value 0 is \"road\", but stands for class background"));
}

TEST_F(Rasters, AMaskWithoutLegendHasTheValuesFoundInIt) {
  const std::string plain = raster("plain.tif", utm_grid(20, 10), half_);
  const auto report = evaluate(pair_of(plain, raster("r.tif", utm_grid(20, 10), half_)), {}, nullptr);
  ASSERT_EQ(report.classes.size(), 2U);
  EXPECT_EQ(report.classes[1].name, "class 1");
  EXPECT_EQ(report.matrix.right(), 200U);
  EvaluationOptions options = pair_of(plain, raster("r2.tif", utm_grid(20, 10), half_));
  options.classes = {"0=ground", "1=street", "2=water"};
  EXPECT_EQ(evaluate(options, {}, nullptr).classes[2].name, "water");
  options.classes = {"0=ground"};
  EXPECT_THAT(error_of([&] { evaluate(options, {}, nullptr); }).message(),
              HasSubstr("plain.tif: holds values that are not its classes: 1 (100 pixels)"));
}

TEST_F(Rasters, PairsAddUp) {
  std::vector<int> truth(200, 0);
  EvaluationOptions options = pair_of(mask_, raster("r.tif", utm_grid(20, 10), half_));
  options.pairs.push_back({mask("far.tif", utm_grid(20, 10, 600000), half_, road_classes()),
                           raster("far_r.tif", utm_grid(20, 10, 600000), truth),
                           {},
                           {},
                           {}});
  const auto report = evaluate(options, {}, nullptr);
  ASSERT_EQ(report.pairs.size(), 2U);
  EXPECT_EQ(report.pairs[0].matrix.right(), 200U);
  EXPECT_EQ(report.pairs[1].matrix.right(), 100U);
  EXPECT_EQ(report.matrix.total(), 400U);
  EXPECT_EQ(report.matrix.at(0, 1), 100U);
}

TEST_F(Rasters, PolygonsAreTakenAtPixelCentres) {
  // A hole, a later polygon over an earlier one, and a label by value.
  const auto box = [](double x0, double y0, double x1, double y1) {
    return fmt::format("({0} {1},{2} {1},{2} {3},{0} {3},{0} {1})", 500000 + x0, 5400000 - y0, 500000 + x1,
                       5400000 - y1);
  };
  const std::string file =
      vectors("p.gpkg", utm(),
              {{"background", "POLYGON(" + box(0, 0, 9, 10) + "," + box(2, 2, 4, 4) + ")"},
               {"1", "POLYGON(" + box(8, 0, 20, 10) + ")"}});
  EvaluationOptions options = pair_of(mask_, file);
  options.attribute = "class";
  ConfusionMatrix matrix = run(options);
  EXPECT_EQ(matrix.total(), 200U - 4);
  EXPECT_EQ(matrix.at(0, 0), 76U);
  EXPECT_EQ(matrix.at(1, 0), 20U);
  EXPECT_EQ(matrix.at(1, 1), 100U);
  options.background = "road";
  options.block = 3;
  matrix = run(options);
  EXPECT_EQ(matrix.total(), 200U);
  EXPECT_EQ(matrix.at(1, 0), 24U);
}

TEST_F(Rasters, ErrorRasterOfAClassAndOfAll) {
  std::vector<int> truth = half_, said = half_;
  truth[0] = 1;   // false negative
  truth[19] = 0;  // false positive
  truth[1] = 9;   // not judged
  said[2] = 255;  // no data
  const std::string m = mask("n.tif", utm_grid(20, 10), said, road_classes());
  EvaluationOptions options = pair_of(m, raster("r.tif", utm_grid(20, 10), truth, 9));
  options.pairs[0].errors = path("e.tif");
  evaluate(options, {}, nullptr);
  const geo::DatasetPtr file = geo::open_raster(path("e.tif"));
  std::array<std::uint8_t, 20> row{};
  ASSERT_EQ(
      file->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, 20, 1, row.data(), 20, 1, GDT_Byte, 0, 0, nullptr),
      CE_None);
  const std::array<std::uint8_t, 20> expected{3, 255, 4, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2};
  EXPECT_EQ(row, expected);
  EXPECT_THAT(describe_raster(path("e.tif")).classes[2].name, "false positive: road");

  const std::vector<ClassInfo> three{
      {0, "background", "#000000"}, {1, "road", "#ffd400"}, {2, "tree", "#00ff00"}};
  options = pair_of(mask("n3.tif", utm_grid(20, 10), said, three), path("r.tif"));
  options.pairs[0].errors = path("e3.tif");
  evaluate(options, {}, nullptr);
  const geo::DatasetPtr all = geo::open_raster(path("e3.tif"));
  ASSERT_EQ(all->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, 20, 1, row.data(), 20, 1, GDT_Byte, 0, 0, nullptr),
            CE_None);
  const std::array<std::uint8_t, 20> right_or_wrong{3, 255, 1, 0, 0, 0, 0, 0, 0, 0,
                                                    2, 2,   2, 2, 2, 2, 2, 2, 2, 1};
  EXPECT_EQ(row, right_or_wrong);
  EXPECT_THAT(describe_raster(path("e3.tif")).classes[3].name, "road: wrong");
}

TEST_F(Rasters, TheWorstPatchesComeFirst) {
  // Three patches a row; each has more errors than the one before, the last column is narrow.
  const std::int64_t width = 600, height = 300;
  std::vector<int> said(static_cast<std::size_t>(width * height), 0);
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < width; ++x)
      if (x % 256 < 10 * (1 + x / 256) && y < 256) said[static_cast<std::size_t>(y * width + x)] = 1;
  EvaluationOptions options =
      pair_of(mask("w.tif", utm_grid(width, height), said, road_classes()),
              raster("wr.tif", utm_grid(width, height), std::vector<int>(said.size(), 0)));
  options.patches = true;
  for (const std::int64_t block : {100, 1024}) {
    options.block = block;
    const auto report = evaluate(options, {}, nullptr);
    ASSERT_EQ(report.worst.size(), 3U);
    EXPECT_EQ(report.worst[0].window, (Window{512, 0, 88, 256}));
    EXPECT_EQ(report.worst[1].window, (Window{256, 0, 256, 256}));
    EXPECT_EQ(report.worst[1].right, 256U * 236);
    EXPECT_THAT(report.worst[0].prediction, ::testing::StartsWith("data:image/png;base64,iVBOR"));
    EXPECT_NE(report.worst[0].prediction, report.worst[0].reference);
    EXPECT_EQ(report.worst[0].image, "");
  }
}

TEST_F(Rasters, StopsOnRequest) {
  StopFlag stop;
  EvaluationOptions options = pair_of(mask_, raster("r.tif", utm_grid(20, 10), half_));
  options.block = 5;
  options.pairs[0].errors = path("e.tif");
  const auto progress = [&](const Progress& p) {
    if (p.done >= 50) stop.request();
  };
  EXPECT_EQ(error_of([&] { evaluate(options, progress, &stop); }).code(), ErrorCode::cancelled);
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_THAT(entry.path().filename().string(), ::testing::Not(HasSubstr("e.tif")));
}

}  // namespace
}  // namespace terramask::tests
