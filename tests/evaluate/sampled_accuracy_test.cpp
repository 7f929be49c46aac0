#include "terramask/sampled_accuracy.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "evaluate/support.hpp"

namespace terramask {
namespace {

// The worked example of Olofsson et al. 2014, section 5.1 and tables 8 and 9: rows there are the map's
// classes.
TEST(SampledAccuracy, WorkedExampleOfOlofsson2014) {
  const std::vector<std::vector<std::uint64_t>> map_rows{
      {66, 0, 5, 4}, {0, 55, 8, 12}, {1, 0, 153, 11}, {2, 1, 9, 313}};
  ConfusionMatrix matrix(4);
  for (std::size_t mapped = 0; mapped < 4; ++mapped)
    for (std::size_t reference = 0; reference < 4; ++reference)
      matrix.at(reference, mapped) = map_rows[mapped][reference];
  constexpr double pixel = 30.0 * 30.0;
  const SampledAccuracy result =
      sampled_accuracy(matrix, {200000 * pixel, 150000 * pixel, 3200000 * pixel, 6450000 * pixel},
                       {"deforestation", "forest gain", "stable forest", "stable non-forest"});
  EXPECT_TRUE(result.warnings.empty());
  EXPECT_EQ(result.matrix.total(), 640U);
  EXPECT_NEAR(result.overall.value, 0.95, 0.005);
  EXPECT_NEAR(result.overall.interval, 0.02, 0.005);
  struct Row {
    double users, users_interval, producers, producers_interval, hectares, hectares_interval;
  };
  // As published, but for the producer's intervals of forest gain and stable non-forest, which are equation 7
  // worked out by hand: 1.96/129846 · sqrt(2.25e10 · 0.1528² · 2.6426e-3 + 0.8472² · 4.16025e13 · 9.4674e-6).
  const std::vector<Row> published{{0.88, 0.07, 0.75, 0.21, 21158, 6158},
                                   {0.73, 0.10, 0.85, 0.254, 11686, 3756},
                                   {0.93, 0.04, 0.93, 0.03, 285770, 15510},
                                   {0.96, 0.02, 0.96, 0.018, 581386, 16282}};
  for (std::size_t i = 0; i < 4; ++i) {
    SCOPED_TRACE(i);
    const SampledClass& one = result.classes[i];
    EXPECT_NEAR(one.users.value, published[i].users, 0.0051);
    EXPECT_NEAR(one.users.interval, published[i].users_interval, 0.0051);
    EXPECT_NEAR(one.producers.value, published[i].producers, 0.0051);
    EXPECT_NEAR(one.producers.interval, published[i].producers_interval, 0.0051);
    EXPECT_NEAR(one.area.value / 1e4, published[i].hectares, 0.5);
    EXPECT_NEAR(one.area.interval / 1e4, published[i].hectares_interval, 1);
  }
  EXPECT_NEAR(result.classes[0].area.value / pixel, 235086, 0.5);
}

TEST(SampledAccuracy, AStratumWithoutPointsIsLeftOut) {
  ConfusionMatrix matrix(3);
  matrix.at(0, 0) = 8;
  matrix.at(1, 0) = 2;
  matrix.at(1, 1) = 10;
  const SampledAccuracy result = sampled_accuracy(matrix, {60, 40, 5}, {"a", "b", "c"});
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_NE(result.warnings[0].find("class c covers 4.8%"), std::string::npos) << result.warnings[0];
  EXPECT_DOUBLE_EQ(result.overall.value, 0.6 * 0.8 + 0.4);
  EXPECT_DOUBLE_EQ(result.classes[1].area.value, 60 * 0.2 + 40);
  EXPECT_DOUBLE_EQ(result.classes[1].producers.value, 40.0 / 52);
  EXPECT_TRUE(std::isnan(result.classes[2].users.value));
}

TEST(SampledAccuracy, ASinglePointTellsNoVariance) {
  ConfusionMatrix matrix(2);
  matrix.at(0, 0) = 1;
  matrix.at(1, 1) = 10;
  const SampledAccuracy result = sampled_accuracy(matrix, {50, 50}, {"a", "b"});
  EXPECT_DOUBLE_EQ(result.overall.value, 1);
  EXPECT_TRUE(std::isnan(result.overall.interval));
  EXPECT_DOUBLE_EQ(result.classes[1].users.interval, 0);
}

}  // namespace

namespace tests {
namespace {

TEST_F(EvaluateTest, PointsTakeTheMaskAsStrata) {
  // 12 × 10 m, the right third road, a column of nodata.
  const Grid grid = utm_grid(12, 10);
  std::vector<int> values;
  for (int i = 0; i < 120; ++i) values.push_back(i % 12 == 0 ? 255 : i % 12 >= 8 ? 1 : 0);
  const std::string m = mask("m.tif", grid, values, road_classes());
  std::vector<Feature> points;
  const auto add = [&](double column, double row, const std::string& label) {
    points.push_back(
        {label, "POINT(" + std::to_string(500000 + column) + " " + std::to_string(5400000 - row) + ")"});
  };
  for (int i = 0; i < 4; ++i) add(2.5, i + 0.5, i == 0 ? "road" : "background");
  for (int i = 0; i < 4; ++i) add(9.5, i + 0.5, "1");
  add(0.5, 0.5, "road");   // where the mask is nodata
  add(40.5, 0.5, "road");  // outside
  add(3.5, 0.5, "");       // not labelled
  EvaluationOptions options;
  options.pairs.push_back({m, {}, {}, {}, {}});
  options.points = vectors("p.gpkg", utm(), points);
  options.attribute = "class";
  const EvaluationReport report = evaluate(options, {}, nullptr);
  ASSERT_TRUE(report.sampled);
  EXPECT_EQ(report.matrix.total(), 0U);
  EXPECT_EQ(report.sampled->matrix.at(0, 0), 3U);
  EXPECT_EQ(report.sampled->matrix.at(1, 0), 1U);
  EXPECT_EQ(report.sampled->matrix.at(1, 1), 4U);
  EXPECT_EQ(report.sampled->matrix.at(1, 2), 1U);
  EXPECT_EQ(report.sampled->outside, 1U);
  EXPECT_TRUE(report.sampled->square_metres);
  // A metre of UTM at its central meridian is 1/0.9996 m.
  EXPECT_NEAR(report.sampled->classes[0].mapped_area, 70 / (0.9996 * 0.9996), 0.01);
  EXPECT_NEAR(report.sampled->classes[1].area.value, (40 + 70 * 0.25) / (0.9996 * 0.9996), 0.01);
  EXPECT_NEAR(report.sampled->overall.value, (70 * 0.75 + 40) / 110, 1e-5);
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_NE(report.warnings[0].find("1 features have no value"), std::string::npos) << report.warnings[0];

  // A reference of points is the same; the json tells it.
  EvaluationOptions as_reference = pair_of(m, options.points);
  as_reference.attribute = "class";
  EXPECT_EQ(evaluate(as_reference, {}, nullptr).sampled->matrix, report.sampled->matrix);
  as_reference.pairs[0].errors = path("e.tif");
  EXPECT_EQ(error_of([&] { evaluate(as_reference, {}, nullptr); }).code(), ErrorCode::usage);
}

}  // namespace
}  // namespace tests
}  // namespace terramask
