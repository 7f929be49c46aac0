// Small patches go to their neighbours.
#include <random>

#include "support.hpp"

namespace terramask::tests {
namespace {

class MinAreaTest : public VectorizeTest {
 protected:
  Polygons run(const SmallMask& mask, Measure min_area) {
    save(file("mask.tif"), mask);
    VectorizeOptions options{.mask = file("mask.tif"), .output = file("out.gpkg"), .min_area = min_area};
    options.overwrite = true;
    summary_ = vectors::polygonise(options, {}, {}, nullptr);
    return load(options.output, mask);
  }
  static std::map<int, std::int64_t> patches(const Polygons& found) {
    std::map<int, std::int64_t> counts;
    for (const auto& one : found.all) ++counts[one.value];
    return counts;
  }

  VectorizeSummary summary_;
};

TEST_F(MinAreaTest, TheLongestBorderWins) {
  const SmallMask mask = drawn({"1111222", "1111322", "1111322", "1111222"});
  // The 3 has two edges with the 1 and four with the 2.
  const Polygons found = run(mask, {3, true});
  EXPECT_EQ(found.pixels, (std::map<int, std::int64_t>{{1, 16}, {2, 12}}));
  EXPECT_EQ(summary_.absorbed, 1u);
  EXPECT_EQ(found.open_edges, 0u);
}

TEST_F(MinAreaTest, WhatThePatchParted_IsOneAfterwards) {
  const SmallMask mask = drawn({"1111", "2222", "1111", "1111"});
  const Polygons found = run(mask, {5, true});
  // The upper 1 (4 pixels) and the 2 are both too small. The 1 comes first and goes to the 2; these 8 stay.
  EXPECT_EQ(found.pixels, (std::map<int, std::int64_t>{{1, 8}, {2, 8}}));
  const SmallMask parted = drawn({"11111", "22220", "11111"});
  const Polygons joined = run(parted, {5, true});
  EXPECT_EQ(joined.pixels, (std::map<int, std::int64_t>{{1, 15}}));
  EXPECT_EQ(joined.all.size(), 1u);
}

TEST_F(MinAreaTest, NothingNeitherTakesNorGives) {
  const SmallMask mask = drawn({"1....", "..22.", "..2..", "....1"});
  const Polygons found = run(mask, {100, true});
  EXPECT_EQ(found.all.size(), 3u);
  EXPECT_EQ(found.pixels, count_pixels(mask));
}

TEST_F(MinAreaTest, SquareMetresAreGround) {
  SmallMask mask = blank(20, 20, 0);
  for (int i = 0; i < 4; ++i) mask.at(5 + i, 5) = 1;
  for (int i = 0; i < 8; ++i) mask.at(5 + i, 10) = 2;  // 2 m2, a little less or more in UTM
  EXPECT_EQ(patches(run(mask, {1.5, false})), (std::map<int, std::int64_t>{{0, 1}, {2, 1}}));
}

TEST_F(MinAreaTest, NoSmallPatchThatHasANeighbourIsLeft) {
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    SmallMask mask = blank(50, 40);
    for (int& value : mask.values) {
      value = static_cast<int>(random() % 3);
      if (round % 2 == 1 && random() % 4 == 0) value = kNothing;
    }
    const int least = round < 3 ? 4 : 30;
    const Polygons found = run(mask, {static_cast<double>(least), true});
    EXPECT_EQ(found.invalid, 0u);
    EXPECT_EQ(found.open_edges, 0u);
    double area = 0;
    for (const auto& one : found.all) {
      EXPECT_NEAR(one.area, static_cast<double>(one.pixels), 1e-6);
      area += one.area;
    }
    std::int64_t pixels = 0;
    for (const auto& [value, count] : count_pixels(mask)) pixels += count;
    EXPECT_NEAR(area, static_cast<double>(pixels), 1e-6);
    if (round % 2 == 1) continue;  // among nodata, small ones may stay
    for (const auto& one : found.all) EXPECT_GE(one.pixels, least);
  }
}

TEST_F(MinAreaTest, MetresNeedAPlaceOnTheGround) {
  SmallMask mask = blank(5, 5);
  mask.crs = "";
  const Error error = error_of([&] { run(mask, {3, false}); });
  EXPECT_EQ(error.code(), ErrorCode::mismatch);
  EXPECT_NE(error.remedy().find("px"), std::string::npos);
  EXPECT_EQ(run(mask, {3, true}).all.size(), 1u);
}

}  // namespace
}  // namespace terramask::tests
