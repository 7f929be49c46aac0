// Buffers are metres on the ground, in every direction and CRS: each pixel against its distance from the
// lines.
#include <algorithm>
#include <array>
#include <cmath>

#include "geo/files/open.hpp"
#include "labels/support.hpp"

namespace terramask::tests {
namespace {

struct Place {
  double lon = 0, lat = 0;
};
using Line = std::vector<Place>;

constexpr double kRadians = std::numbers::pi / 180;

/// Metres of a degree on WGS 84 (radii of curvature of meridian and prime vertical).
std::array<double, 2> degree_at(double lat) {
  constexpr double a = 6378137, e2 = 0.0066943799901413165;
  const double w = 1 - e2 * std::pow(std::sin(lat * kRadians), 2);
  return {a / std::sqrt(w) * std::cos(lat * kRadians) * kRadians, a * (1 - e2) / std::pow(w, 1.5) * kRadians};
}

double distance(const Place& p, const Place& a, const Place& b) {
  const auto metre = degree_at(p.lat);
  const double ax = (a.lon - p.lon) * metre[0], ay = (a.lat - p.lat) * metre[1];
  const double bx = (b.lon - p.lon) * metre[0], by = (b.lat - p.lat) * metre[1];
  const double length = std::pow(bx - ax, 2) + std::pow(by - ay, 2);
  const double t = length == 0 ? 0 : std::clamp(-(ax * (bx - ax) + ay * (by - ay)) / length, 0.0, 1.0);
  return std::hypot(ax + t * (bx - ax), ay + t * (by - ay));
}

class Ground : public LabelsTest {
 protected:
  using Locate = std::function<Place(double, double)>;  // of a pixel's column and row
  using ToPixel = std::function<std::array<double, 2>(const Place&)>;

  /// Distances of all pixel centres near the lines, metres; far ones are large.
  static std::vector<double> distances(const std::vector<Line>& lines, int width, int height,
                                       double most_pixels, const Locate& locate, const ToPixel& pixel) {
    std::vector<double> all(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 1e9);
    for (const Line& line : lines)
      for (std::size_t i = 0; i + 1 < line.size(); ++i) {
        const auto a = pixel(line[i]), b = pixel(line[i + 1]);
        const auto limit = [](double v, int size) {
          return static_cast<int>(std::clamp(v, 0.0, double(size)));
        };
        const int left = limit(std::min(a[0], b[0]) - most_pixels, width);
        const int right = limit(std::max(a[0], b[0]) + most_pixels, width);
        const int top = limit(std::min(a[1], b[1]) - most_pixels, height);
        const int bottom = limit(std::max(a[1], b[1]) + most_pixels, height);
        for (int y = top; y < bottom; ++y)
          for (int x = left; x < right; ++x) {
            double& least = all[static_cast<std::size_t>(y * width + x)];
            least = std::min(least, distance(locate(x + 0.5, y + 0.5), line[i], line[i + 1]));
          }
      }
    return all;
  }

  /// Every pixel is painted where its centre is nearer than `half`; within `slack` of it, either will do:
  /// circles are drawn by edges.
  static void expect_painted(const Raster& made, const std::vector<double>& away, double half, double slack) {
    std::size_t wrong = 0, inside = 0, close = 0;
    for (std::size_t i = 0; i < away.size(); ++i) {
      inside += away[i] < half ? 1 : 0;
      if (std::abs(away[i] - half) < slack) {
        ++close;
        continue;
      }
      wrong += (made.values[i] == 1) != (away[i] < half) ? 1 : 0;
    }
    EXPECT_EQ(wrong, 0U) << "of " << inside << " inside";
    EXPECT_GT(inside, 500U);
    EXPECT_LT(close, inside / 20);
  }

  std::string write_lines(const std::vector<Line>& lines) const {
    Json collection = {{"type", "FeatureCollection"}, {"features", Json::array()}};
    for (const Line& line : lines) {
      Json coordinates = Json::array();
      for (const Place& p : line) coordinates.push_back({p.lon, p.lat});
      collection["features"].push_back(
          {{"type", "Feature"},
           {"properties", Json::object()},
           {"geometry", {{"type", "LineString"}, {"coordinates", coordinates}}}});
    }
    write_text("lines.geojson", collection.dump());
    return file("lines.geojson");
  }

  Json buffered(const std::string& source, double width) const {
    Json rules = simple_rules(source);
    rules["rules"][0]["buffer"] = {{"width", width}};
    return rules;
  }
};

std::vector<Line> read_lines(const std::filesystem::path& path) {
  const Json json = Json::parse(std::ifstream(path));
  std::vector<Line> lines;
  for (const Json& feature : json["features"]) {
    lines.emplace_back();
    for (const Json& point : feature["geometry"]["coordinates"])
      lines.back().push_back({point[0].get<double>(), point[1].get<double>()});
  }
  return lines;
}

TEST_F(Ground, RoadsOfSwellendamAreAsWideAsToldInBothDirections) {
  const auto data = shared_data("data/osm_roads_swellendam");
  TERRAMASK_REQUIRE(data);
  const std::string image = (data / "3420B_north.tif").string();
  const geo::DatasetPtr raster = geo::open_raster(image);
  std::array<double, 6> g{};
  raster->GetGeoTransform(g.data());
  const Locate locate = [&](double x, double y) { return Place{g[0] + x * g[1], g[3] + y * g[5]}; };
  const ToPixel pixel = [&](const Place& p) {
    return std::array{(p.lon - g[0]) / g[1], (p.lat - g[3]) / g[5]};
  };
  const auto away = distances(read_lines(data / "osm_roads.geojson"), 1098, 1800, 12, locate, pixel);
  for (const double width : {7.0, 20.0}) {
    SCOPED_TRACE(width);
    expect_painted(paint(buffered((data / "osm_roads.geojson").string(), width), image), away, width / 2,
                   0.02);
  }
}

/// A star of lines around a place, of some hundred metres each.
std::vector<Line> star(double lon, double lat) {
  std::vector<Line> lines;
  const auto metre = degree_at(lat);
  for (int i = 0; i < 8; ++i) {
    const double turn = (i + 0.3) * std::numbers::pi / 8;
    const double x = 300 * std::cos(turn) / metre[0], y = 300 * std::sin(turn) / metre[1];
    lines.push_back({{lon - x, lat - y}, {lon + x, lat + y}});
  }
  return lines;
}

TEST_F(Ground, WidthsHoldInDegreesNearThePole) {
  const double lon = 20, lat = 78, step = 1e-5;
  NewRaster raster;
  raster.width = 3000;
  raster.height = 600;
  raster.crs = "EPSG:4326";
  raster.geotransform = {lon - 1500 * step, step, 0, lat + 300 * step, 0, -step};
  write_raster(file("image.tif"), raster);
  const auto& g = raster.geotransform;
  const Locate locate = [&](double x, double y) { return Place{g[0] + x * step, g[3] - y * step}; };
  const ToPixel pixel = [&](const Place& p) {
    return std::array{(p.lon - g[0]) / step, (g[3] - p.lat) / step};
  };
  const std::vector<Line> lines = star(lon, lat);
  const auto away = distances(lines, 3000, 600, 80, locate, pixel);
  expect_painted(paint(buffered(write_lines(lines), 16), file("image.tif")), away, 8, 0.03);
}

TEST_F(Ground, WidthsHoldInWebMercator) {
  const double lon = 11, lat = 60, radius = 6378137, step = 1;
  const double x0 = radius * lon * kRadians - 700;
  const double y0 = radius * std::log(std::tan(std::numbers::pi / 4 + lat * kRadians / 2)) + 700;
  NewRaster raster;
  raster.width = raster.height = 1400;
  raster.crs = "EPSG:3857";
  raster.geotransform = {x0, step, 0, y0, 0, -step};
  write_raster(file("image.tif"), raster);
  const Locate locate = [&](double x, double y) {
    return Place{(x0 + x) / radius / kRadians,
                 (2 * std::atan(std::exp((y0 - y) / radius)) - std::numbers::pi / 2) / kRadians};
  };
  const ToPixel pixel = [&](const Place& p) {
    return std::array{radius * p.lon * kRadians - x0,
                      y0 - radius * std::log(std::tan(std::numbers::pi / 4 + p.lat * kRadians / 2))};
  };
  const std::vector<Line> lines = star(lon, lat);
  const auto away = distances(lines, 1400, 1400, 40, locate, pixel);
  expect_painted(paint(buffered(write_lines(lines), 16), file("image.tif")), away, 8, 0.03);
}

/// What is measured in feet is buffered in metres all the same.
TEST_F(Ground, WidthsHoldInFeet) {
  NewRaster raster;
  raster.width = raster.height = 400;
  raster.crs = "EPSG:2263";  // New York Long Island, US survey feet
  raster.geotransform = {990000, 2, 0, 210000, 0, -2};
  write_raster(file("image.tif"), raster);
  write_text("line.csv", "id,WKT\n1,\"LINESTRING (990100 209600,990700 209600)\"\n");
  Json rules = buffered(file("line.csv"), 12);
  rules["sources"]["map"]["crs"] = "EPSG:2263";
  const Raster made = paint(rules, file("image.tif"));
  int column = 0;
  for (int y = 0; y < 400; ++y) column += made.at(200, y);
  EXPECT_NEAR(column * 2 * 0.3048006, 12, 0.62);
  EXPECT_EQ(made.at(39, 200), 0);
  EXPECT_EQ(made.at(41, 200), 1);  // ends are round: 19.7 feet before the first point
}

TEST_F(Ground, LongEdgesFollowTheirOwnCrs) {
  // 30 km along a parallel: the geodesic strays 23 m from it, and the label must not.
  NewRaster raster;
  raster.width = 3000;
  raster.height = 21;
  raster.crs = "EPSG:4326";
  raster.geotransform = {10, 1.5e-4, 0, 60 + 10.5e-4, 0, -1e-4};
  write_raster(file("image.tif"), raster);
  const Raster made = paint(buffered(write_lines({{{9.9, 60}, {10.6, 60}}}), 24), file("image.tif"));
  for (int x = 0; x < 3000; x += 100)
    for (int y = 0; y < 21; ++y) ASSERT_EQ(made.at(x, y), y >= 9 && y <= 11 ? 1 : 0) << x << " " << y;
}

}  // namespace
}  // namespace terramask::tests
