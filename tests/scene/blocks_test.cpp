// A pixel does not know the block it was drawn in; and what the blocks hold makes sense.
#include "scene/blocks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "scene/map_features.hpp"
#include "scene/surface.hpp"
#include "terramask/scene.hpp"

namespace terramask::scene {
namespace {

TEST(Blocks, CutAnywhereGiveTheSamePixels) {
  for (const double pixel_size : {0.5, 1.0}) {
    const Town town = make_town(3, 3000 * pixel_size, 2500 * pixel_size);
    const PixelBlock whole{1400, 1100, 150, 120};
    const PixelBlock part{1431, 1117, 77, 61};
    const RenderedBlock a = render_block(town, whole, pixel_size), b = render_block(town, part, pixel_size);
    for (int row = 0; row < part.rows; ++row)
      for (int column = 0; column < part.columns; ++column) {
        const auto in_a = static_cast<std::size_t>((row + 17) * whole.columns + column + 31);
        const auto in_b = static_cast<std::size_t>(row * part.columns + column);
        ASSERT_EQ(a.labels[in_a], b.labels[in_b]);
        ASSERT_EQ(a.dsm[in_a], b.dsm[in_b]);
        ASSERT_EQ(a.dtm[in_a], b.dtm[in_b]);
        for (std::size_t band = 0; band < 3; ++band)
          ASSERT_EQ(a.ortho[in_a * 3 + band], b.ortho[in_b * 3 + band]);
      }
  }
}

TEST(Blocks, EveryClassHasItsShare) {
  for (const std::uint64_t seed : {1, 3, 7, 20}) {
    const Town town = make_town(seed, 256, 256);
    const Surface surface = draw_surface(town, {0, 0, 512, 512, 0.5, 256});
    std::array<int, 6> counts{};
    for (int row = 0; row < 512; ++row)
      for (int column = 0; column < 512; ++column)
        ++counts[static_cast<std::size_t>(surface.at(column, row).cover)];
    const auto share = [&](Cover cover) { return counts[static_cast<std::size_t>(cover)] / (512.0 * 512.0); };
    const std::array<double, 6> least{0.04, 0.06, 0.025, 0.02, 0.15, 0.02};
    const std::array<double, 6> most{0.60, 0.35, 0.35, 0.60, 0.75, 0.20};
    for (const ClassInfo& info : scene_classes()) {
      const auto value = static_cast<std::size_t>(info.value);
      EXPECT_GT(share(static_cast<Cover>(value)), least[value]) << info.name << ", seed " << seed;
      EXPECT_LT(share(static_cast<Cover>(value)), most[value]) << info.name << ", seed " << seed;
    }
  }
}

TEST(Blocks, HeightsFitTheirClasses) {
  const Town town = make_town(7, 256, 256);
  const RenderedBlock block = render_block(town, {0, 0, 512, 512}, 0.5);
  std::array<std::vector<float>, 6> heights;
  for (std::size_t i = 0; i < block.labels.size(); ++i)
    heights[block.labels[i]].push_back(block.dsm[i] - block.dtm[i]);
  for (auto& of_class : heights) {
    ASSERT_FALSE(of_class.empty());
    std::sort(of_class.begin(), of_class.end());
  }
  const auto quantile = [&](Cover cover, double q) {
    const auto& sorted = heights[static_cast<std::size_t>(cover)];
    return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
  };
  EXPECT_GT(quantile(Cover::building, 0.01), 2.4F);
  EXPECT_LT(quantile(Cover::building, 1), 26.0F);
  EXPECT_GT(quantile(Cover::tree, 0), 1.5F);
  EXPECT_LT(quantile(Cover::tree, 1), 27.0F);
  EXPECT_EQ(quantile(Cover::road, 0), 0.0F);
  EXPECT_EQ(quantile(Cover::road, 0.7), 0.0F);
  EXPECT_LT(quantile(Cover::road, 1), 5.0F);  // cars, bridges
  EXPECT_EQ(quantile(Cover::water, 1), 0.0F);
  EXPECT_LT(quantile(Cover::low, 1), 2.5F);
  // Colour alone does not tell the classes apart: roofs as grey as roads, water as dark as woods.
  std::array<int, 6> grey{}, dark{};
  for (std::size_t i = 0; i < block.labels.size(); ++i) {
    const std::uint8_t* rgb = &block.ortho[3 * i];
    const auto [low, high] = std::minmax({rgb[0], rgb[1], rgb[2]});
    if (high - low < 14 && low > 70 && high < 190) ++grey[block.labels[i]];
    if (high < 95 && rgb[1] >= rgb[0]) ++dark[block.labels[i]];
  }
  EXPECT_GT(grey[static_cast<std::size_t>(Cover::building)], 500);
  EXPECT_GT(grey[static_cast<std::size_t>(Cover::road)], 500);
  EXPECT_GT(dark[static_cast<std::size_t>(Cover::water)], 500);
  EXPECT_GT(dark[static_cast<std::size_t>(Cover::tree)], 500);
  EXPECT_GT(dark[static_cast<std::size_t>(Cover::low)], 500);
}

TEST(Blocks, TheTownIsBuiltSoundly) {
  const Town town = make_town(12, 1500, 1500);
  EXPECT_GT(town.buildings.size(), 200U);
  EXPECT_GT(town.tree_rows.size(), 10U);
  for (std::size_t i = 0; i < town.buildings.size(); ++i) {
    const Building& building = town.buildings[i];
    for (const Point& corner : building.outline) EXPECT_GT(town.road_distance(corner, 8), 2.3) << i;
    for (const std::size_t other : town.building_index.query(bounds(building.outline)))
      for (const BuildingPart& a : building.parts)
        for (const BuildingPart& b : town.buildings[other].parts) {
          EXPECT_FALSE(other != i && overlap(a.shape, b.shape)) << i;
        }
  }
  for (const Tree& tree : trees_in(town, {500, 500, 900, 900}))
    EXPECT_GT(town.building_distance(tree.at, 8), tree.radius);
}

TEST(MapFeatures, NumbersArePlain) {
  EXPECT_EQ(plain_number(6.5), "6.5");
  EXPECT_EQ(plain_number(3), "3");
  EXPECT_EQ(plain_number(10), "10");
  EXPECT_EQ(plain_number(2.0625), "2.062");
}

}  // namespace
}  // namespace terramask::scene
