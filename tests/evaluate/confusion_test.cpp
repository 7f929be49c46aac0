// Measures computed by hand.
#include "terramask/confusion.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace terramask {
namespace {

ConfusionMatrix matrix_of(const std::vector<std::vector<std::uint64_t>>& rows) {
  ConfusionMatrix matrix(rows.size());
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < rows[r].size(); ++c) matrix.at(r, c) = rows[r][c];
  return matrix;
}

TEST(Confusion, TwoClasses) {
  const Scores s = matrix_of({{20, 5, 0}, {10, 15, 0}}).scores();
  EXPECT_EQ(s.judged, 50U);
  EXPECT_DOUBLE_EQ(s.overall, 0.7);
  EXPECT_DOUBLE_EQ(s.base, 0.5);
  EXPECT_DOUBLE_EQ(s.kappa, 0.4);  // chance: 0.5 · 0.6 + 0.5 · 0.4
  EXPECT_DOUBLE_EQ(s.coverage, 1);
  EXPECT_DOUBLE_EQ(s.classes[0].precision, 20.0 / 30);
  EXPECT_DOUBLE_EQ(s.classes[0].recall, 0.8);
  EXPECT_DOUBLE_EQ(s.classes[1].precision, 0.75);
  EXPECT_DOUBLE_EQ(s.classes[1].recall, 0.6);
  EXPECT_DOUBLE_EQ(s.classes[1].f1, 30.0 / 45);
  EXPECT_DOUBLE_EQ(s.classes[1].iou, 0.5);
  EXPECT_DOUBLE_EQ(s.macro.iou, (20.0 / 35 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(s.macro.recall, 0.7);
}

TEST(Confusion, NodataPredictedIsAnError) {
  const Scores s = matrix_of({{6, 0, 2}, {0, 8, 4}}).scores();
  EXPECT_EQ(s.judged, 20U);
  EXPECT_DOUBLE_EQ(s.coverage, 0.7);
  EXPECT_DOUBLE_EQ(s.overall, 0.7);
  EXPECT_DOUBLE_EQ(s.classes[0].recall, 0.75);
  EXPECT_DOUBLE_EQ(s.classes[0].precision, 1);
  EXPECT_DOUBLE_EQ(s.classes[1].iou, 8.0 / 12);
  const double chance = 0.4 * 0.3 + 0.6 * 0.4;
  EXPECT_DOUBLE_EQ(s.kappa, (0.7 - chance) / (1 - chance));
}

TEST(Confusion, MeansOverThreeClasses) {
  // The third class is in the reference and never predicted, the fourth is nowhere.
  const Scores s =
      matrix_of({{50, 10, 0, 0, 0}, {5, 25, 0, 0, 0}, {10, 0, 0, 0, 0}, {0, 0, 0, 0, 0}}).scores();
  EXPECT_TRUE(std::isnan(s.classes[2].precision));
  EXPECT_DOUBLE_EQ(s.classes[2].f1, 0);
  EXPECT_FALSE(s.classes[3].occurs());
  EXPECT_DOUBLE_EQ(s.macro.precision, (50.0 / 65 + 25.0 / 35 + 0) / 3);
  EXPECT_DOUBLE_EQ(s.macro.recall, (50.0 / 60 + 25.0 / 30 + 0) / 3);
  EXPECT_DOUBLE_EQ(s.macro.f1, (100.0 / 125 + 50.0 / 65 + 0) / 3);
  EXPECT_DOUBLE_EQ(s.weighted.f1, (60 * 100.0 / 125 + 30 * 50.0 / 65) / 100);
  EXPECT_NEAR(s.weighted.recall, s.overall, 1e-12);  // always so
  EXPECT_DOUBLE_EQ(s.base, 0.6);
}

TEST(Confusion, OneClassAlone) {
  const Scores s = matrix_of({{7, 0, 0}, {0, 0, 0}}).scores();
  EXPECT_DOUBLE_EQ(s.overall, 1);
  EXPECT_TRUE(std::isnan(s.kappa));
  EXPECT_DOUBLE_EQ(s.macro.f1, 1);
}

TEST(Confusion, MatricesAddUp) {
  ConfusionMatrix sum = matrix_of({{1, 2, 3}, {4, 5, 6}});
  sum.add(matrix_of({{10, 20, 30}, {40, 50, 60}}));
  EXPECT_EQ(sum, matrix_of({{11, 22, 33}, {44, 55, 66}}));
  EXPECT_EQ(sum.total(), 231U);
  EXPECT_EQ(sum.right(), 66U);
}

}  // namespace
}  // namespace terramask
