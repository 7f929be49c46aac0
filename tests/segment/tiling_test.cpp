// The arithmetic of tiles.
#include "segment/tiling.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "segment/resample_back.hpp"

namespace terramask::segment {
namespace {

TEST(Tiling, ReflectsWithoutTheEdgeAgainAndAgain) {
  const std::vector<std::int64_t> expected{0, 1, 2, 1, 0, 1, 2, 1, 0};
  for (std::int64_t x = 0; x < 9; ++x) EXPECT_EQ(reflect(x, 3), expected[static_cast<std::size_t>(x)]);
  EXPECT_EQ(reflect(5, 1), 0);
}

TEST(Tiling, RoundsTowardsTheRightSide) {
  EXPECT_EQ(floor_to(-1, 16), -16);
  EXPECT_EQ(floor_to(-16, 16), -16);
  EXPECT_EQ(ceil_to(-1, 16), 0);
  EXPECT_EQ(ceil_to(17, 16), 32);
}

TEST(Tiling, TilesPartitionTheRasterAndPatchesObeyTheRule) {
  const Footprint f{.stride = 16, .alignment = 16, .halo = 94};
  for (const std::int64_t tile : {1, 100, 256, 1024, 4096}) {
    const TilingOptions options{.raster = {1603, 1201},
                                .pad_multiple = 32,
                                .footprint = f,
                                .tile = tile,
                                .margin = 0,
                                .region = {0, 0, 1603, 1201}};
    const Extent whole = padded(options.raster, 32);
    std::int64_t area = 0;
    for (const Tile& t : exact_tiles(options)) {
      area += t.output.width * t.output.height;
      EXPECT_EQ(t.output.x % 16, 0);
      EXPECT_EQ(t.patch.x % 16, 0);
      EXPECT_EQ((t.patch.x + t.patch.width) % 16, 0);
      EXPECT_GE(t.patch.x, 0);
      EXPECT_LE(t.patch.x + t.patch.width, whole.width);
      EXPECT_TRUE(t.patch.x == 0 || t.patch.x <= t.output.x - 94);
      EXPECT_TRUE(t.patch.y + t.patch.height == whole.height ||
                  t.patch.y + t.patch.height >= t.output.y + t.output.height + 94);
    }
    EXPECT_EQ(area, 1603 * 1201);
  }
}

TEST(Tiling, OverlappingPatchesCoverTheRaster) {
  const TilingOptions options{.raster = {1000, 70},
                              .pad_multiple = 32,
                              .footprint = {.stride = 16, .alignment = 16, .halo = 94},
                              .tile = 256,
                              .margin = 0,
                              .region = {0, 0, 1000, 70}};
  const auto tiles = overlapping_tiles(options, 32);
  EXPECT_EQ(tiles.front().patch.x, 0);
  EXPECT_EQ(tiles.back().output.x + tiles.back().output.width, 1000);
  for (std::size_t i = 1; i < tiles.size(); ++i) EXPECT_EQ(tiles[i].patch.x, tiles[i - 1].patch.x + 256);
}

TEST(ResampleBack, SourceWindowsPartitionTheSource) {
  for (const double scale : {0.37, 0.8, 1.0, 1.7, 3.3}) {
    Grid source, working;
    source.width = 1000;
    source.height = 500;
    working.width = static_cast<std::int64_t>(std::ceil(1000 / scale));
    working.height = static_cast<std::int64_t>(std::ceil(500 / scale));
    const ResampleBack back({scale, scale}, working, source);
    std::int64_t next = 0;
    for (std::int64_t x = 0; x < working.width; x += 48) {
      const Window tile{x, 0, std::min<std::int64_t>(48, working.width - x), working.height};
      const Window own = back.source_window(tile);
      EXPECT_EQ(own.x, next);
      EXPECT_EQ(own.height, 500);
      next = own.x + own.width;
      if (own.width == 0) continue;
      const Window looked = back.working_window(own);
      EXPECT_GE(looked.x, std::max<std::int64_t>(0, x - back.margin()));
      EXPECT_LE(looked.x + looked.width, std::min(working.width, x + tile.width + back.margin()));
    }
    EXPECT_EQ(next, 1000);
  }
}

TEST(ResampleBack, ConstantsStayConstant) {
  Grid source, working;
  source.width = source.height = 40;
  working.width = working.height = 12;
  const ResampleBack back({40.0 / 12, 40.0 / 12}, working, source);
  const std::vector<float> values(2 * 144, 0.25F);
  const std::vector<std::uint8_t> valid(144, 1);
  std::vector<float> result;
  back.run({0, 0, 12, 12}, values, valid, {0, 0, 40, 40}, 2, result);
  for (const float v : result) EXPECT_FLOAT_EQ(v, 0.25F);
}

}  // namespace
}  // namespace terramask::segment
