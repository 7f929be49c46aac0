#include "vectorize/line_shape.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace terramask::vectors {
namespace {

// Three times 1-2-1: a bell of 1.2 pixels, which takes the pixels' steps away and leaves bends.
constexpr int kSmoothings = 3;
constexpr double kClosing = 1.2;    // of half the width: how far from a road's end the outline closes in
constexpr double kDirection = 4.0;  // pixels that tell a line's direction, at least

}  // namespace

LineShaper::LineShaper(const Skeleton& skeleton, const LineGraph& graph, geo::Point extent, double across,
                       double down, double tolerance)
    : skeleton_(skeleton),
      graph_(graph),
      extent_(extent),
      places_(place_junctions(graph, across, down)),
      across_(across),
      down_(down),
      tolerance_(tolerance) {
  for (geo::Point& place : places_) place = within(place);
}

geo::Point LineShaper::within(geo::Point point) const {
  return {std::clamp(point.x, 0.0, extent_.x), std::clamp(point.y, 0.0, extent_.y)};
}

double LineShaper::room(geo::Point from, geo::Point on, double wanted) const {
  const auto along = [&](double place, double way, double most) {
    if (way > 0) wanted = std::min(wanted, std::max(0.0, (most - place) / way));
    if (way < 0) wanted = std::min(wanted, std::max(0.0, place / -way));
  };
  along(from.x, on.x, extent_.x);
  along(from.y, on.y, extent_.y);
  return wanted;
}

double LineShaper::distance(geo::Point a, geo::Point b) const {
  return std::hypot((a.x - b.x) * across_, (a.y - b.y) * down_);
}

bool LineShaper::inside(std::uint32_t node, geo::Point point) const {
  const LineGraph::Node& one = graph_.nodes()[node];
  return one.edges.size() > 2 && distance(places_[node], point) < one.radius;
}

CenterLine LineShaper::shape(const LineGraph::Edge& edge) const {
  const LineGraph::Node& from = graph_.nodes()[edge.from];
  const LineGraph::Node& to = graph_.nodes()[edge.to];
  std::vector<Vertex> points{{places_[edge.from], from.pixel}};
  for (const std::uint32_t pixel : edge.pixels) {
    // Inside a junction there is no cross-section to have a middle: the line runs straight to its node.
    const geo::Point middle = within(graph_.middle(pixel));
    if (!inside(edge.from, middle) && !inside(edge.to, middle)) points.push_back({middle, pixel});
  }
  points.push_back({places_[edge.to], to.pixel});
  CenterLine line;
  measure(edge, line);
  // A ring's only node stands twice in its list: no end.
  if (to.edges.size() == 1) finish_end(points, to.radius, line.median_width / 2);
  if (from.edges.size() == 1) {
    std::reverse(points.begin(), points.end());
    finish_end(points, from.radius, line.median_width / 2);
    std::reverse(points.begin(), points.end());
  }
  smooth(points);
  line.points = simplified(points);
  return line;
}

void LineShaper::measure(const LineGraph::Edge& edge, CenterLine& line) const {
  std::vector<double> widths, all;
  for (const std::uint32_t pixel : edge.pixels) {
    const geo::Point point = graph_.middle(pixel);
    all.push_back(skeleton_[pixel].width);
    if (!inside(edge.from, point) && !inside(edge.to, point)) widths.push_back(skeleton_[pixel].width);
  }
  if (widths.empty()) widths = all;
  if (widths.empty())
    widths = {2 * std::min(graph_.nodes()[edge.from].radius, graph_.nodes()[edge.to].radius)};
  line.mean_width = std::accumulate(widths.begin(), widths.end(), 0.0) / static_cast<double>(widths.size());
  const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
  std::nth_element(widths.begin(), middle, widths.end());
  line.median_width = *middle;
}

void LineShaper::finish_end(std::vector<Vertex>& line, double radius, double half_width) const {
  // Where the road's end closes in, the skeleton may run into a corner: that part goes, and the line is led
  // on straight to where the road ends.
  double whole = 0;
  for (std::size_t i = 1; i < line.size(); ++i) whole += distance(line[i - 1].at, line[i].at);
  double gone = 0;
  while (line.size() > 2 && gone < std::min(kClosing * half_width, whole / 2)) {
    gone += distance(line[line.size() - 2].at, line.back().at);
    line.pop_back();
  }
  const geo::Point end = line.back().at;
  std::size_t back = line.size() - 1;
  double way = 0;
  const double wanted = std::max(2 * half_width, kDirection * std::max(across_, down_));
  while (back > 0 && way < wanted) {
    way += distance(line[back].at, line[back - 1].at);
    --back;
  }
  geo::Point on{end.x - line[back].at.x, end.y - line[back].at.y};
  const double pixels = std::hypot(on.x, on.y);
  if (!(pixels > 0)) return;
  on = {on.x / pixels, on.y / pixels};
  const double unit = std::hypot(on.x * across_, on.y * down_);
  double left = (gone + radius) / unit;
  if (const EndHint* hint = skeleton_.hint(line.back().pixel)) {
    const float found = on.x * hint->along_x + on.y * hint->along_y >= 0 ? hint->ahead : hint->back;
    if (found >= 0) left = found;
  }
  left = room(end, on, left);
  line.push_back({within({end.x + on.x * left, end.y + on.y * left}), line.back().pixel});
}

void LineShaper::smooth(std::vector<Vertex>& line) {
  for (int pass = 0; pass < kSmoothings; ++pass) {
    geo::Point before = line.front().at;
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
      const geo::Point here = line[i].at, after = line[i + 1].at;
      line[i].at = {(before.x + 2 * here.x + after.x) / 4, (before.y + 2 * here.y + after.y) / 4};
      before = here;
    }
  }
}

std::vector<geo::Point> LineShaper::simplified(const std::vector<Vertex>& points) const {
  std::vector<std::uint8_t> kept(points.size(), 0);
  kept.front() = kept.back() = 1;
  std::vector<std::pair<std::size_t, std::size_t>> pieces{{0, points.size() - 1}};
  while (!pieces.empty()) {
    const auto [first, last] = pieces.back();
    pieces.pop_back();
    const double dx = (points[last].at.x - points[first].at.x) * across_,
                 dy = (points[last].at.y - points[first].at.y) * down_;
    const double squared = dx * dx + dy * dy;
    double farthest = -1;
    std::size_t at = first;
    for (std::size_t i = first + 1; i < last; ++i) {
      const double px = (points[i].at.x - points[first].at.x) * across_,
                   py = (points[i].at.y - points[first].at.y) * down_;
      const double t = squared > 0 ? std::clamp((px * dx + py * dy) / squared, 0.0, 1.0) : 0;
      const double away = std::hypot(px - t * dx, py - t * dy);
      if (away > farthest) {
        farthest = away;
        at = i;
      }
    }
    // A ring keeps a corner wherever it begins.
    if (farthest < 0 || (farthest <= tolerance_ && squared > 0)) continue;
    kept[at] = 1;
    pieces.emplace_back(first, at);
    pieces.emplace_back(at, last);
  }
  std::vector<geo::Point> result;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (kept[i] != 0) result.push_back(points[i].at);
  return result;
}

}  // namespace terramask::vectors
