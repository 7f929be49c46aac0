// Centre lines of roads that were drawn, against what was drawn.
#include "vectorize/centerlines.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "support.hpp"
#include "vectorize/thinning.hpp"

namespace terramask::tests {
namespace {

using vectors::SkeletonSettings;

struct Line {
  std::vector<std::array<double, 2>> points;  ///< in pixels
  double length = 0, width = 0, median = 0;   ///< as the attributes say
};

class CenterlinesTest : public VectorizeTest {
 protected:
  std::vector<Line> run(const SmallMask& mask, VectorizeOptions options = {},
                        SkeletonSettings settings = {}) {
    options.mask = file("mask.tif");
    save(options.mask, mask);
    options.output = file("lines.gpkg");
    options.overwrite = true;
    if (options.classes.empty()) options.classes = {"1"};
    summary_ = vectors::draw_centerlines(options, settings, {}, nullptr);
    return read(options.output, mask);
  }

  static std::vector<Line> read(const std::string& path, const SmallMask& mask) {
    const geo::DatasetPtr dataset(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr));
    std::vector<Line> lines;
    const std::string unit = mask.crs.empty() ? "_px" : "_m";
    std::vector<double> g = mask.geotransform;
    if (g.empty()) g = {0, 1, 0, 0, 0, 1};
    for (const auto& feature : *dataset->GetLayer(0)) {
      Line line;
      line.length = feature->GetFieldAsDouble(("length" + unit).c_str());
      line.width = feature->GetFieldAsDouble(("width" + unit).c_str());
      line.median = feature->GetFieldAsDouble(("width_median" + unit).c_str());
      const OGRLineString& geometry = *feature->GetGeometryRef()->toLineString();
      EXPECT_TRUE(geometry.IsValid());
      for (int i = 0; i < geometry.getNumPoints(); ++i)
        line.points.push_back({(geometry.getX(i) - g[0]) / g[1], (geometry.getY(i) - g[3]) / g[5]});
      lines.push_back(line);
    }
    return lines;
  }

  VectorizeSummary summary_;
};

/// Pixels whose centres lie within half a width of a segment; the ends are square.
void draw(SmallMask& mask, double x0, double y0, double x1, double y1, double width) {
  const double length = std::hypot(x1 - x0, y1 - y0);
  const double ux = (x1 - x0) / length, uy = (y1 - y0) / length;
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) {
      const double dx = x + 0.5 - x0, dy = y + 0.5 - y0;
      const double along = dx * ux + dy * uy, beside = dy * ux - dx * uy;
      if (along >= 0 && along <= length && std::abs(beside) <= width / 2) mask.at(x, y) = 1;
    }
}

double to_segment(std::array<double, 2> p, std::array<double, 2> a, std::array<double, 2> b) {
  const double dx = b[0] - a[0], dy = b[1] - a[1], squared = dx * dx + dy * dy;
  const double t =
      squared > 0 ? std::clamp(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / squared, 0.0, 1.0) : 0;
  return std::hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}

/// The share of `from`'s length that lies within `near` of `to`.
double share_near(const std::vector<Line>& from, const std::vector<Line>& to, double near, double across = 1,
                  double down = 1) {
  double total = 0, good = 0;
  const auto scaled = [&](std::array<double, 2> p) {
    return std::array<double, 2>{p[0] * across, p[1] * down};
  };
  for (const Line& line : from)
    for (std::size_t i = 1; i < line.points.size(); ++i) {
      const auto a = scaled(line.points[i - 1]), b = scaled(line.points[i]);
      const double length = std::hypot(b[0] - a[0], b[1] - a[1]);
      const int parts = std::max(1, static_cast<int>(std::ceil(length / (0.25 * across))));
      for (int k = 0; k < parts; ++k) {
        const double t = (k + 0.5) / parts;
        const std::array<double, 2> p{a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])};
        double best = 1e9;
        for (const Line& other : to)
          for (std::size_t j = 1; j < other.points.size(); ++j)
            best = std::min(best, to_segment(p, scaled(other.points[j - 1]), scaled(other.points[j])));
        total += length / parts;
        if (best <= near) good += length / parts;
      }
    }
  return total > 0 ? good / total : 0;
}

TEST_F(CenterlinesTest, NoLineLeavesTheRaster) {
  for (const double width : {2.0, 3.0, 5.0, 8.0, 13.0})
    for (const double angle : {0.0, 0.1, 0.3, 0.785398, 1.2, 1.5, 1.570796, 2.0, 2.5, 3.0}) {
      SCOPED_TRACE(std::to_string(width) + " at " + std::to_string(angle));
      SmallMask mask = blank(60, 50);
      // Through the raster, and along its left border.
      draw(mask, 30.2 - 90 * std::cos(angle), 25.3 - 90 * std::sin(angle), 30.2 + 90 * std::cos(angle),
           25.3 + 90 * std::sin(angle), width);
      draw(mask, 0.5, -10, 0.5, 90, width);
      for (const Line& line : run(mask))
        for (const auto& [x, y] : line.points) {
          EXPECT_GE(x, -1e-6);
          EXPECT_LE(x, 60 + 1e-6);
          EXPECT_GE(y, -1e-6);
          EXPECT_LE(y, 50 + 1e-6);
        }
    }
}

TEST_F(CenterlinesTest, LengthsHaveAUnit) {
  SmallMask mask = blank(80, 40);
  draw(mask, 10, 20, 70, 20, 4);
  (void)run(mask);
  EXPECT_NEAR(summary_.classes[0].length_m.value_or(0), 30, 1);
  EXPECT_FALSE(summary_.classes[0].length_px);
  mask.crs.clear();
  mask.geotransform.clear();
  (void)run(mask);
  EXPECT_NEAR(summary_.classes[0].length_px.value_or(0), 60, 2);
  EXPECT_FALSE(summary_.classes[0].length_m);
}

TEST_F(CenterlinesTest, StraightRoadsComeBackInAllDirections) {
  for (const double width : {3.0, 4.0, 5.0, 8.0, 13.0})
    for (const double angle : {0.0, 0.3, 0.785398, 1.2, 1.570796, 2.5}) {
      SCOPED_TRACE(std::to_string(width) + " at " + std::to_string(angle));
      SmallMask mask = blank(120, 110);
      const double dx = 45 * std::cos(angle), dy = 45 * std::sin(angle);
      const Line truth{{{60.2 - dx, 55.3 - dy}, {60.2 + dx, 55.3 + dy}}};
      draw(mask, truth.points[0][0], truth.points[0][1], truth.points[1][0], truth.points[1][1], width);
      const std::vector<Line> lines = run(mask);
      ASSERT_EQ(lines.size(), 1u);
      EXPECT_GT(share_near(lines, {truth}, 1), 0.95);
      EXPECT_GT(share_near({truth}, lines, 1), 0.95);
      EXPECT_NEAR(lines[0].length, 45, 0.1 * 45);  // 90 pixels of half a metre
      // Pixels are half a metre, and how wide they are together is not what was drawn, to half a pixel.
      const double pixels = static_cast<double>(count_pixels(mask).at(1)) / 90;
      EXPECT_NEAR(lines[0].width, pixels / 2, 0.3);
      EXPECT_NEAR(lines[0].median, pixels / 2, 0.4);
    }
}

TEST_F(CenterlinesTest, ACrossingIsOneJunctionOfFourRoads) {
  for (const double turn : {0.0, 0.2, 0.6}) {
    SmallMask mask = blank(100, 100);
    for (const double angle : {turn, turn + 1.570796})
      draw(mask, 50.5 - 45 * std::cos(angle), 50.5 - 45 * std::sin(angle), 50.5 + 45 * std::cos(angle),
           50.5 + 45 * std::sin(angle), 7);
    const std::vector<Line> lines = run(mask);
    ASSERT_EQ(lines.size(), 4u) << turn;
    for (const Line& line : lines) {
      const auto from_middle = [](std::array<double, 2> p) { return std::hypot(p[0] - 50.5, p[1] - 50.5); };
      EXPECT_LT(std::min(from_middle(line.points.front()), from_middle(line.points.back())), 0.5);
      EXPECT_NEAR(std::max(from_middle(line.points.front()), from_middle(line.points.back())), 45, 2.5);
    }
  }
}

TEST_F(CenterlinesTest, AMainRoadStaysStraightWhereASideRoadLeaves) {
  for (const double turn : {0.0, 0.35, 1.0}) {
    SmallMask mask = blank(120, 120);
    const auto at = [&](double along, double beside) {
      return std::array<double, 2>{60.3 + along * std::cos(turn) - beside * std::sin(turn),
                                   60.4 + along * std::sin(turn) + beside * std::cos(turn)};
    };
    const Line main{{at(-50, 0), at(50, 0)}}, side{{at(0, 0), at(0, 45)}};
    for (const Line& line : {main, side})
      draw(mask, line.points[0][0], line.points[0][1], line.points[1][0], line.points[1][1], 11);
    const std::vector<Line> lines = run(mask);
    EXPECT_EQ(lines.size(), 3u) << turn;
    EXPECT_GT(share_near(lines, {main, side}, 0.75), 0.97) << turn;
    EXPECT_GT(share_near({main, side}, lines, 0.75), 0.97) << turn;
  }
}

TEST_F(CenterlinesTest, RoughEdgesMakeNoSpurs) {
  SmallMask mask = blank(200, 40);
  draw(mask, 5, 20, 195, 20, 9);
  std::mt19937 random(3);
  for (int x = 6; x < 194; ++x) {
    if (random() % 3 == 0) mask.at(x, 15) = 1;
    if (random() % 3 == 0) mask.at(x, 24) = 0;
    if (random() % 9 == 0) mask.at(x, 14) = mask.at(x, 15) = 1;
  }
  const std::vector<Line> lines = run(mask);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_GT(share_near(lines, {Line{{{5, 20}, {195, 20}}}}, 1.5), 0.95);
  EXPECT_NEAR(lines[0].length, 95, 3);
}

TEST_F(CenterlinesTest, BlotsAreNoRoadsAndSmallHolesCloseWithMinArea) {
  SmallMask mask = blank(150, 60);
  draw(mask, 5, 30, 145, 30, 9);
  draw(mask, 20, 10, 27, 10, 7);  // a blot
  for (int x = 70; x < 73; ++x) mask.at(x, 30) = 0;
  EXPECT_EQ(run(mask, {.min_area = {5, true}}).size(), 1u);
  EXPECT_GT(run(mask).size(), 1u);  // the road goes around the hole on both sides
}

TEST_F(CenterlinesTest, LinesDoNotDependOnTheStrips) {
  SmallMask mask = blank(140, 260);
  std::mt19937 random(9);
  const auto place = [&](int most) { return static_cast<double>(random() % static_cast<unsigned>(most)); };
  for (int i = 0; i < 14; ++i)
    draw(mask, place(140), place(260), place(140) + 0.3, place(260) + 0.2,
         2 + static_cast<double>(random() % 9));
  const std::vector<Line> whole = run(mask, {}, {.core_rows = 1000});
  ASSERT_GT(whole.size(), 10u);
  for (const std::int64_t core : {1, 9, 50})
    for (const std::int64_t rows : {3, 100}) {
      const std::vector<Line> cut = run(mask, {}, {.core_rows = core, .rows_at_once = rows});
      ASSERT_EQ(cut.size(), whole.size());
      for (std::size_t i = 0; i < cut.size(); ++i) {
        EXPECT_EQ(cut[i].points, whole[i].points);
        EXPECT_EQ(cut[i].width, whole[i].width);
      }
    }
}

TEST_F(CenterlinesTest, OddMasks) {
  EXPECT_TRUE(run(blank(30, 20, 0)).empty());
  EXPECT_TRUE(run(blank(30, 20, kNothing)).empty());
  EXPECT_TRUE(run(blank(1, 1, 1)).empty());
  EXPECT_EQ(run(blank(40, 1, 1)).size(), 1u);
  EXPECT_EQ(run(blank(1, 40, 1)).size(), 1u);
  run(blank(30, 30, 1));
  SmallMask ring = blank(60, 60);
  for (int y = 0; y < 60; ++y)
    for (int x = 0; x < 60; ++x)
      if (std::abs(std::hypot(x - 30, y - 30) - 20) < 2.5) ring.at(x, y) = 1;
  const std::vector<Line> lines = run(ring);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].points.front(), lines[0].points.back());
  EXPECT_NEAR(lines[0].length, 2 * 3.14159 * 20 / 2, 2);
  SmallMask plain = ring;
  plain.crs = "";
  plain.geotransform.clear();
  EXPECT_NEAR(run(plain)[0].length, 2 * 3.14159 * 20, 4);
  EXPECT_EQ(summary_.warnings.size(), 1u);
}

TEST_F(CenterlinesTest, PlacesTooWideAreToldAndLeftOut) {
  SmallMask mask = blank(200, 120);
  for (int y = 20; y < 100; ++y)
    for (int x = 100; x < 180; ++x) mask.at(x, y) = 1;
  draw(mask, 2, 60, 105, 60, 7);
  SkeletonSettings settings;
  settings.most_iterations = 12;
  const std::vector<Line> lines = run(mask, {}, settings);
  EXPECT_EQ(summary_.warnings.size(), 1u);
  const Line road{{{2, 60}, {90, 60}}};
  EXPECT_GT(share_near({road}, lines, 1), 0.95);
}

TEST_F(CenterlinesTest, TheClassMustBeClear) {
  SmallMask mask = blank(30, 20, 0);
  save(file("mask.tif"), mask);
  VectorizeOptions options{.mask = file("mask.tif"), .output = file("lines.gpkg")};
  EXPECT_EQ(error_of([&] { vectorize_centerlines(options, {}, nullptr); }).code(), ErrorCode::usage);
  options.classes = {"0", "1"};
  EXPECT_EQ(error_of([&] { vectorize_centerlines(options, {}, nullptr); }).code(), ErrorCode::usage);
}

/// Connected components with corners counting, by plain filling.
int components(const vectors::PixelStrip& strip) {
  std::vector<std::uint8_t> left = strip.pixels;
  int count = 0;
  for (std::int64_t y0 = 0; y0 < strip.rows; ++y0)
    for (std::int64_t x0 = 0; x0 < strip.width; ++x0) {
      if (left[strip.index(x0, y0)] == 0) continue;
      ++count;
      std::vector<std::size_t> todo{strip.index(x0, y0)};
      left[todo[0]] = 0;
      while (!todo.empty()) {
        const auto at = static_cast<std::ptrdiff_t>(todo.back());
        todo.pop_back();
        for (const std::ptrdiff_t row : {-strip.stride(), std::ptrdiff_t{0}, strip.stride()})
          for (const std::ptrdiff_t column : {-1, 0, 1}) {
            const auto next = static_cast<std::size_t>(at + row + column);
            if (left[next] == 0) continue;
            left[next] = 0;
            todo.push_back(next);
          }
      }
    }
  return count;
}

TEST(Thinning, KeepsWhatHangsTogetherAndWhatDoesNot) {
  std::mt19937 random(5);
  for (int round = 0; round < 40; ++round) {
    vectors::PixelStrip strip;
    strip.resize(40, 0, 30);
    const unsigned share = 20 + static_cast<unsigned>(round) * 2;
    for (std::int64_t y = 0; y < 30; ++y)
      for (std::int64_t x = 0; x < 40; ++x) strip.pixels[strip.index(x, y)] = random() % 100 < share ? 1 : 0;
    const int before = components(strip);
    const int iterations = vectors::thin(strip, 100);
    EXPECT_LT(iterations, 100);
    EXPECT_EQ(components(strip), before) << "share " << share;
    const vectors::PixelStrip once = strip;
    vectors::thin(strip, 100);
    EXPECT_EQ(strip.pixels, once.pixels);
  }
}

}  // namespace
}  // namespace terramask::tests
