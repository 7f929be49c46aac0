#include "vectorize/junctions.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::vectors {
namespace {

constexpr double kHold = 0.05;      // of a road: the pull of where the skeleton has the junction
constexpr double kLeastPixels = 4;  // that tell a road's direction, where there are so many

/// Sums what a road's line says of the place: the square of the distance from it.
struct Normal {
  double xx = 0, xy = 0, yy = 0, x = 0, y = 0;

  void add(double a, double b, double c, geo::Point through, double weight) {
    xx += weight * a;
    xy += weight * b;
    yy += weight * c;
    x += weight * (a * through.x + b * through.y);
    y += weight * (b * through.x + c * through.y);
  }
  geo::Point solve() const {
    const double determinant = xx * yy - xy * xy;
    return {(x * yy - y * xy) / determinant, (y * xx - x * xy) / determinant};
  }
};

class Placer {
 public:
  Placer(const LineGraph& graph, double across, double down) : graph_(graph), across_(across), down_(down) {}

  geo::Point place(std::uint32_t number) const {
    const LineGraph::Node& node = graph_.nodes()[number];
    if (node.edges.size() < 3) return node.at;
    const geo::Point here = ground(node.at);
    Normal normal;
    normal.add(1, 0, 1, here, kHold);
    for (std::size_t i = 0; i < node.edges.size(); ++i) {
      const LineGraph::Edge& edge = graph_.edges()[node.edges[i]];
      // A loop stands twice: once for either end.
      const bool again = std::find(node.edges.begin(), node.edges.begin() + static_cast<std::ptrdiff_t>(i),
                                   node.edges[i]) != node.edges.begin() + static_cast<std::ptrdiff_t>(i);
      std::vector<std::uint32_t> pixels = edge.pixels;
      if (edge.from != number || again) std::reverse(pixels.begin(), pixels.end());
      add_road(here, node.radius, pixels, normal);
    }
    const geo::Point found = normal.solve();
    const double moved = std::hypot(found.x - here.x, found.y - here.y);
    if (!(moved <= std::max(node.radius, 1.5 * std::max(across_, down_)))) return node.at;
    return {found.x / across_, found.y / down_};
  }

 private:
  geo::Point ground(geo::Point pixel) const { return {pixel.x * across_, pixel.y * down_}; }

  void add_road(geo::Point node, double radius, const std::vector<std::uint32_t>& pixels,
                Normal& normal) const {
    const double stretch = std::max(2 * radius, kLeastPixels * std::max(across_, down_));
    geo::Point sum{0, 0};
    std::vector<geo::Point> points;
    for (const std::uint32_t pixel : pixels) {
      const geo::Point point = ground(graph_.middle(pixel));
      const double away = std::hypot(point.x - node.x, point.y - node.y);
      if (away < radius) continue;
      if (away > radius + stretch) break;
      points.push_back(point);
      sum = {sum.x + point.x, sum.y + point.y};
    }
    if (points.size() < 3) return;
    const auto count = static_cast<double>(points.size());
    const geo::Point middle{sum.x / count, sum.y / count};
    double xx = 0, xy = 0, yy = 0;
    for (const geo::Point& point : points) {
      const double dx = point.x - middle.x, dy = point.y - middle.y;
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
    }
    const double along = 0.5 * std::atan2(2 * xy, xx - yy);
    const double c = std::cos(along), s = std::sin(along);
    normal.add(s * s, -s * c, c * c, middle, 1);
  }

  const LineGraph& graph_;
  double across_, down_;
};

}  // namespace

std::vector<geo::Point> place_junctions(const LineGraph& graph, double across, double down) {
  const Placer placer(graph, across, down);
  std::vector<geo::Point> places(graph.nodes().size());
  for (std::uint32_t node = 0; node < places.size(); ++node) places[node] = placer.place(node);
  return places;
}

}  // namespace terramask::vectors
