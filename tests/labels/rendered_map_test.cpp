// Rendered maps read by their legend, against the geometry that they were drawn from.
#include "labels/rendered/rendered_map.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "geo/read_support.hpp"
#include "labels/rendered/map_parts.hpp"
#include "labels/web_map.hpp"

namespace terramask::labels {
namespace {

class RenderedMapTest : public tests::ReadTest {
 protected:
  static constexpr int kSize = 576;

  std::vector<MapClass> read(const web_map::Style& style, const web_map::Map& map, int jpeg_quality,
                             int halo_px = 3) {
    const std::string path = file(jpeg_quality > 0 ? "map.jpg" : "map.png");
    web_map::save(map, path, jpeg_quality);
    RenderedMapOptions options;
    options.legend = web_map::legend_of(style, jpeg_quality > 0 ? 6 : 3);
    options.reading.halo_px = halo_px;
    RenderedMap reader(path, options);
    std::vector<MapClass> classes(map.truth.size());
    reader.read({0, 0, map.size, map.size}, classes);
    counts = reader.counts();
    return classes;
  }

  MapCounts counts;
};

struct Scores {
  double accuracy = 0, without_houses = 0, road_iou = 0, below_lettering = 0;
};

Scores judge(const web_map::Map& map, const std::vector<MapClass>& classes) {
  std::size_t right = 0, merged = 0, both = 0, either = 0, lettered = 0, lettered_right = 0;
  const auto merge = [](std::uint8_t k) {
    return k == web_map::building ? web_map::ground : web_map::Class{k};
  };
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const bool is_right = classes[i] == map.truth[i];
    right += is_right ? 1 : 0;
    merged += merge(classes[i]) == merge(map.truth[i]) ? 1 : 0;
    const bool truth = map.truth[i] == web_map::road, found = classes[i] == web_map::road;
    both += truth && found ? 1 : 0;
    either += truth || found ? 1 : 0;
    lettered += map.lettered[i];
    lettered_right += map.lettered[i] != 0 && is_right ? 1 : 0;
  }
  const auto share = [](std::size_t part, std::size_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  return {share(right, classes.size()), share(merged, classes.size()), share(both, either),
          share(lettered_right, lettered)};
}

struct Drawn {
  const char* name;
  web_map::Style style;
  int jpeg_quality;
  std::uint64_t town = 3;
};

class DrawnMaps : public RenderedMapTest, public ::testing::WithParamInterface<Drawn> {};

TEST_P(DrawnMaps, AreReadAsTheyWereDrawn) {
  const web_map::Map map = web_map::draw(GetParam().town, kSize, GetParam().style);
  const Scores scores = judge(map, read(GetParam().style, map, GetParam().jpeg_quality));
  fmt::print(
      "{}: accuracy {:.4f} (houses as ground {:.4f}), road IoU {:.4f}, accuracy below lettering {:.4f}\n",
      GetParam().name, scores.accuracy, scores.without_houses, scores.road_iou, scores.below_lettering);
  EXPECT_GE(scores.accuracy, 0.98);
  EXPECT_GE(scores.road_iou, 0.93);
  EXPECT_GE(scores.below_lettering, 0.85);
}

INSTANTIATE_TEST_SUITE_P(RenderedMap, DrawnMaps,
                         ::testing::Values(Drawn{"carto_png", web_map::carto_style(), 0},
                                           Drawn{"carto_jpeg", web_map::carto_style(), 85},
                                           Drawn{"pale_png", web_map::pale_style(), 0},
                                           Drawn{"pale_jpeg", web_map::pale_style(), 85},
                                           Drawn{"pale_jpeg_75", web_map::pale_style(), 75, 7},
                                           // Of seven towns those where houses and lettering are hardest.
                                           Drawn{"carto_jpeg_town_4", web_map::carto_style(), 85, 4},
                                           Drawn{"carto_jpeg_town_7", web_map::carto_style(), 85, 7}),
                         [](const auto& test) { return test.param.name; });

/// The table of BENCHMARKS.md: --gtest_also_run_disabled_tests --gtest_filter='*SevenTowns*'
TEST_F(RenderedMapTest, DISABLED_SevenTowns) {
  for (const auto& [name, style] :
       {std::pair{"carto", web_map::carto_style()}, std::pair{"pale", web_map::pale_style()}})
    for (const int quality : {0, 85, 75}) {
      Scores mean, least{1, 1, 1, 1};
      for (std::uint64_t town = 1; town <= 7; ++town) {
        const web_map::Map map = web_map::draw(town, kSize, style);
        const Scores scores = judge(map, read(style, map, quality));
        mean.accuracy += scores.accuracy / 7;
        mean.road_iou += scores.road_iou / 7;
        least.accuracy = std::min(least.accuracy, scores.accuracy);
        least.road_iou = std::min(least.road_iou, scores.road_iou);
      }
      fmt::print("{} {}: accuracy {:.4f} (least {:.4f}), road IoU {:.4f} (least {:.4f})\n", name,
                 quality == 0 ? "PNG" : fmt::format("JPEG {}", quality), mean.accuracy, least.accuracy,
                 mean.road_iou, least.road_iou);
      if (quality == 75) continue;  // takes outlines thinner than a pixel away
      EXPECT_GE(least.accuracy, 0.98) << name << ' ' << quality;
      EXPECT_GE(least.road_iou, 0.93) << name << ' ' << quality;
    }
}

TEST_F(RenderedMapTest, DoesNotDependOnTheWindow) {
  const web_map::Style style = web_map::carto_style();
  const web_map::Map map = web_map::draw(5, kSize, style);
  const std::vector<MapClass> whole = read(style, map, 80);
  RenderedMapOptions options;
  options.legend = web_map::legend_of(style, 6);
  RenderedMap reader(file("map.jpg"), options);
  std::vector<MapClass> part;
  for (const Window& window :
       {Window{0, 0, 40, 70}, Window{300, 17, 61, 45}, Window{531, 200, 45, 64}, Window{270, 500, 80, 76}}) {
    part.resize(static_cast<std::size_t>(window.width * window.height));
    reader.read(window, part);
    std::size_t other = 0;
    for (std::int64_t y = 0; y < window.height; ++y)
      for (std::int64_t x = 0; x < window.width; ++x)
        other += part[static_cast<std::size_t>(y * window.width + x)] !=
                         whole[static_cast<std::size_t>((window.y + y) * kSize + window.x + x)]
                     ? 1
                     : 0;
    EXPECT_EQ(other, 0U) << window.x << ", " << window.y;
  }
}

TEST_F(RenderedMapTest, IsTheSameInPartsBySeveralThreads) {
  // Six towns in a row: wider than a part is.
  constexpr int kTowns = 6, kHeight = 144;
  const web_map::Map town = web_map::draw(6, 288, web_map::carto_style());
  std::vector<Rgb> pixels;
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kTowns * town.size; ++x)
      pixels.push_back(town.pixels[static_cast<std::size_t>(y * town.size + x % town.size)]);
  web_map::save(pixels, kTowns * town.size, file("row.jpg"), 85);
  RenderedMapOptions options;
  options.legend = web_map::legend_of(web_map::carto_style(), 6);
  const Window all{0, 0, kTowns * town.size, kHeight};
  RenderedMap reader(file("row.jpg"), options);
  std::vector<MapClass> whole(pixels.size()), parts(pixels.size());
  reader.read(all, whole);
  int calls = 0;
  counts = read_parts(
      file("row.jpg"), options, all,
      [&](const Window& part, std::span<const MapClass> classes) {
        ++calls;
        for (std::int64_t y = 0; y < part.height; ++y)
          std::copy_n(classes.begin() + y * part.width, part.width,
                      parts.begin() + (part.y + y) * all.width + part.x);
      },
      {}, nullptr);
  EXPECT_GT(calls, 1);
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(counts.mixed, reader.counts().mixed);
  EXPECT_THROW(
      (void)read_parts(
          file("row.jpg"), options, all,
          [](const Window&, std::span<const MapClass>) { throw std::runtime_error("full"); }, {}, nullptr),
      std::runtime_error);
}

TEST_F(RenderedMapTest, ReadsANoiseOfManyColours) {
  // More entries meet at a pixel than the search for edges weighs.
  constexpr int kSide = 96, kColors = 60;
  RenderedMapOptions options;
  for (int k = 0; k < kColors; ++k)
    options.legend.push_back({.color = {static_cast<std::uint8_t>(60 + 3 * k),
                                        static_cast<std::uint8_t>(k * 37), static_cast<std::uint8_t>(k * 91)},
                              .map_class = static_cast<MapClass>(1 + k % 5),
                              .line = k % 2 == 0});
  std::vector<Rgb> pixels;
  std::mt19937 random(1);
  for (int i = 0; i < kSide * kSide; ++i) pixels.push_back(options.legend[random() % kColors].color);
  web_map::save(pixels, kSide, file("noise.png"), 0);
  RenderedMap reader(file("noise.png"), options);
  std::vector<MapClass> classes(pixels.size());
  reader.read({0, 0, kSide, kSide}, classes);
  EXPECT_EQ(reader.counts().map, pixels.size());
  EXPECT_TRUE(std::all_of(classes.begin(), classes.end(),
                          [](MapClass k) { return (k >= 1 && k <= 5) || k == kNoOneKnows; }));
}

TEST_F(RenderedMapTest, MakesNoRoadsOfHalosOnLand) {
  web_map::Style style = web_map::carto_style();
  // Without roads: all that is white is lettering.
  style.road_px = style.major_px = style.service_px = 0;
  const web_map::Map map = web_map::draw(3, kSize, style);
  std::size_t white = 0;
  for (std::size_t i = 0; i < map.pixels.size(); ++i) white += map.pixels[i] == Rgb{255, 255, 255} ? 1 : 0;
  const auto roads = [&](int halo_px) {
    const std::vector<MapClass> classes = read(style, map, 0, halo_px);
    return static_cast<std::size_t>(std::count(classes.begin(), classes.end(), web_map::road));
  };
  const std::size_t trusting = roads(0);
  EXPECT_GT(trusting, white / 2) << "halos look like roads";
  EXPECT_LT(roads(3), trusting / 4);
  EXPECT_LT(roads(4), trusting / 10);
  EXPECT_GT(counts.withdrawn, white / 2);
}

TEST_F(RenderedMapTest, LeavesWideAreasOfUnknownColourAlone) {
  web_map::Map map{
      .size = 128, .pixels = std::vector<Rgb>(128 * 128, {232, 228, 223}), .truth = {}, .lettered = {}};
  const auto square = [&map](int from, int side) {
    for (int y = from; y < from + side; ++y)
      for (int x = from; x < from + side; ++x)
        map.pixels[static_cast<std::size_t>(y * 128 + x)] = {90, 20, 120};
  };
  square(10, 14);
  square(50, 40);
  web_map::save(map, file("map.png"), 0);
  RenderedMapOptions options;
  options.legend = {{.color = {232, 228, 223}, .map_class = 1}};
  std::vector<MapClass> classes(128 * 128);
  RenderedMap filling(file("map.png"), options);
  filling.read({0, 0, 128, 128}, classes);
  EXPECT_EQ(classes[17 * 128 + 17], 1) << "an icon's worth is filled";
  EXPECT_EQ(classes[70 * 128 + 70], kNoOneKnows);
  EXPECT_EQ(classes[51 * 128 + 51], kNoOneKnows) << "to its rim";
  EXPECT_EQ(classes[45 * 128 + 70], 1);
  EXPECT_EQ(filling.counts().unexplained, 14U * 14 + 40 * 40);
  EXPECT_EQ(filling.counts().left, 40U * 40);
  options.leave_unexplained = true;
  RenderedMap leaving(file("map.png"), options);
  leaving.read({0, 0, 128, 128}, classes);
  EXPECT_EQ(classes[17 * 128 + 17], kNoOneKnows);
  EXPECT_EQ(classes[17 * 128 + 40], 1);
}

}  // namespace
}  // namespace terramask::labels
