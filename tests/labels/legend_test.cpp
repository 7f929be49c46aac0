// The legend: which entry a colour is of, and of which two it is a mixture.
#include "labels/rendered/legend.hpp"

#include <gtest/gtest.h>

#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr Rgb kWhite{255, 255, 255}, kLand{232, 228, 223}, kRoof{243, 241, 237}, kWater{179, 209, 255};

LegendMatcher matcher(double tolerance = 6) {
  const std::vector<LegendEntry> entries{
      {.color = kWhite, .map_class = 1, .tolerance = tolerance},
      {.color = kLand, .map_class = 2, .tolerance = tolerance, .least_px = 9},
      {.color = kRoof, .map_class = 2, .tolerance = tolerance},
      {.color = kWater, .map_class = 3, .tolerance = tolerance},
      {.color = kWater, .map_class = 4, .tolerance = tolerance}};
  return LegendMatcher(entries);
}

TEST(Legend, TakesTheNearestEntryWithinItsTolerance) {
  LegendMatcher legend = matcher();
  EXPECT_EQ(legend.match(kWhite), 1);
  EXPECT_EQ(legend.match({252, 252, 252}), 1);
  EXPECT_EQ(legend.match({230, 228, 224}), 2);
  EXPECT_EQ(legend.match({242, 242, 236}), 3);
  EXPECT_EQ(legend.match({40, 40, 40}), kUnexplained);
  EXPECT_EQ(legend.match({40, 40, 40}), kUnexplained) << "when asked again";
  EXPECT_EQ(legend.match(kWater), 4) << "the first of two alike";
  LegendMatcher strict = matcher(1);
  EXPECT_EQ(strict.match({249, 249, 247}), kUnexplained);
}

TEST(Legend, KnowsClassesAndTheirLeastSize) {
  const LegendMatcher legend = matcher();
  EXPECT_EQ(legend.map_class(1), 1);
  EXPECT_EQ(legend.map_class(kUnexplained), kNoClass);
  EXPECT_EQ(legend.least_px(2), 9) << "the largest of its entries";
}

TEST(Legend, FindsTheShareOfAMixture) {
  const LegendMatcher legend = matcher();
  const Mixture half = legend.mixture({217, 232, 255}, 1, 4);
  EXPECT_NEAR(half.share, 0.5, 0.02);
  EXPECT_LT(half.difference, 0.5);
  EXPECT_NEAR(legend.mixture(kWhite, 1, 4).share, 0, 1e-9);
  EXPECT_NEAR(legend.mixture(kWater, 1, 4).share, 1, 1e-9);
  EXPECT_GT(legend.mixture({120, 60, 60}, 1, 4).difference, 20);
  // JPEG smears colour but not brightness: white's brightness with a quarter of water's colour is mostly
  // white.
  const Mixture smeared = legend.mixture({246, 254, 270 - 15}, 1, 4);
  EXPECT_LT(smeared.share, 0.3);
  EXPECT_LT(smeared.difference, 3);
}

TEST(Legend, RefusesTooFewAndTooManyColours) {
  EXPECT_THROW(LegendMatcher({}), Error);
  const std::vector<LegendEntry> many(251);
  EXPECT_THROW(LegendMatcher{many}, Error);
}

}  // namespace
}  // namespace terramask::labels
