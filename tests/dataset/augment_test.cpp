#include "dataset/augment.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

TEST(AugmentTest, AnglesAreRight) {
  for (double degrees = -400; degrees <= 400; degrees += 7.25) {
    const auto [sine, cosine] = dataset::sin_cos(degrees);
    EXPECT_NEAR(sine, std::sin(degrees * M_PI / 180), 1e-14);
    EXPECT_NEAR(cosine, std::cos(degrees * M_PI / 180), 1e-14);
  }
  EXPECT_EQ(dataset::sin_cos(90), (std::array<double, 2>{1, 0}));
}

TEST(AugmentTest, QuarterTurnsAndMirrorsMovePixelsExactly) {
  constexpr std::int64_t size = 6;
  PartPixels pixels;
  for (int i = 0; i < 36; ++i) {
    pixels.values.push_back(static_cast<float>(i));
    pixels.visible.push_back(1);
    pixels.labels.push_back(static_cast<std::uint16_t>(i + 1));
  }
  const std::array<std::pair<dataset::Affine, std::function<int(int, int)>>, 3> maps{
      {{{0, -1, 1, 0}, [](int x, int y) { return x * 6 + (5 - y); }},
       {{-1, 0, 0, -1}, [](int x, int y) { return (5 - y) * 6 + 5 - x; }},
       {{-1, 0, 0, 1}, [](int x, int y) { return y * 6 + 5 - x; }}}};
  for (const auto& [map, from] : maps) {
    PartPixels patch;
    dataset::warp(pixels, {0, 0, size, size}, 1, map, 3, 3, size, patch);
    for (int y = 0; y < 6; ++y)
      for (int x = 0; x < 6; ++x) {
        const auto i = static_cast<std::size_t>(y * 6 + x);
        EXPECT_EQ(patch.values[i], static_cast<float>(from(x, y)));
        EXPECT_EQ(patch.labels[i], from(x, y) + 1);
      }
  }
}

TEST(AugmentTest, InvalidPixelsWeighNothing) {
  PartPixels pixels{.values = {1, 100, 3, 100}, .visible = {1, 0, 1, 0}, .labels = {1, 0, 2, 0}};
  PartPixels patch;
  dataset::warp(pixels, {0, 0, 2, 2}, 1, {}, 1.25, 1.25, 2, patch);
  for (std::size_t i = 0; i < 4; ++i) {
    if (patch.visible[i] == 0) {
      EXPECT_EQ(patch.values[i], 0);
      EXPECT_EQ(patch.labels[i], 0);
    } else {
      EXPECT_LE(patch.values[i], 3);
    }
  }
  EXPECT_EQ(patch.visible[0], 1);
  EXPECT_EQ(patch.visible[1], 0);
}

}  // namespace
}  // namespace terramask::tests
