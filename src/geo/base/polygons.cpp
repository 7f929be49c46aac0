#include "geo/base/polygons.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace terramask::geo {

void Polygons::begin_polygon() {
  constexpr double far = std::numeric_limits<double>::infinity();
  polygons_.push_back({{}, {}, far, -far, far, -far});
}

void Polygons::add_ring(std::span<const Point> ring) {
  Polygon& polygon = polygons_.back();
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const Point& a = ring[i];
    const Point& b = ring[(i + 1) % ring.size()];
    polygon.left = std::min(polygon.left, a.x);
    polygon.right = std::max(polygon.right, a.x);
    polygon.top = std::min(polygon.top, a.y);
    polygon.bottom = std::max(polygon.bottom, a.y);
    if (a.y != b.y)
      polygon.edges.push_back(a.y < b.y ? Edge{a, b} : Edge{b, a});
    else
      polygon.level.push_back(a.x < b.x ? Edge{a, b} : Edge{b, a});
  }
}

Window Polygons::bounds() const {
  constexpr double far = std::numeric_limits<double>::infinity();
  double left = far;
  double right = -far;
  double top = far;
  double bottom = -far;
  for (const auto& polygon : polygons_) {
    left = std::min(left, polygon.left);
    right = std::max(right, polygon.right);
    top = std::min(top, polygon.top);
    bottom = std::max(bottom, polygon.bottom);
  }
  if (!(left <= right) || !(top <= bottom)) return {};
  const auto limit = [](double v) { return static_cast<std::int64_t>(std::clamp(v, -1e15, 1e15)); };
  const std::int64_t x = limit(std::floor(left));
  const std::int64_t y = limit(std::floor(top));
  return {x, y, limit(std::ceil(right)) - x, limit(std::ceil(bottom)) - y};
}

void Polygons::fill(const Window& window, std::span<std::uint8_t> inside) const {
  for (const auto& polygon : polygons_) {
    const bool meets = polygon.left <= static_cast<double>(window.x + window.width) &&
                       polygon.right >= static_cast<double>(window.x) &&
                       polygon.top <= static_cast<double>(window.y + window.height) &&
                       polygon.bottom >= static_cast<double>(window.y);
    if (meets) fill_one(polygon, window, inside);
  }
}

void Polygons::cross(const Polygon& polygon, std::int64_t y, std::int64_t step,
                     std::vector<std::vector<double>>& lines) {
  const auto rows = static_cast<std::int64_t>(lines.size());
  for (auto& line : lines) line.clear();
  for (const Edge& edge : polygon.edges) {
    // Rows whose centre y + 0.5 is in [upper, lower).
    const auto clipped = [&](double row) {
      return static_cast<std::int64_t>(
          std::clamp(std::ceil((row - static_cast<double>(y)) / static_cast<double>(step)), 0.0,
                     static_cast<double>(rows)));
    };
    const std::int64_t from = clipped(std::ceil(edge.upper.y - 0.5));
    const std::int64_t to = clipped(std::ceil(edge.lower.y - 0.5));
    const double slope = (edge.lower.x - edge.upper.x) / (edge.lower.y - edge.upper.y);
    for (std::int64_t line = from; line < to; ++line) {
      const double centre = static_cast<double>(y + line * step) + 0.5;
      lines[static_cast<std::size_t>(line)].push_back(edge.upper.x + (centre - edge.upper.y) * slope);
    }
  }
  for (auto& line : lines) std::sort(line.begin(), line.end());
}

double Polygons::centres() const {
  constexpr std::int64_t most_rows = 4'000'000, at_once = 4096;
  double count = 0;
  std::vector<std::vector<double>> lines;
  for (const auto& polygon : polygons_) {
    const auto top = static_cast<std::int64_t>(std::clamp(std::floor(polygon.top), -1e15, 1e15));
    const auto bottom = static_cast<std::int64_t>(std::clamp(std::ceil(polygon.bottom), -1e15, 1e15));
    const std::int64_t step = std::max<std::int64_t>(1, (bottom - top) / most_rows);
    for (std::int64_t y = top; y < bottom; y += at_once * step) {
      lines.resize(static_cast<std::size_t>(std::min(at_once, (bottom - y + step - 1) / step)));
      cross(polygon, y, step, lines);
      for (const auto& line : lines)
        for (std::size_t i = 0; i + 1 < line.size(); i += 2)
          count += static_cast<double>(step) * (std::floor(line[i + 1] + 0.5) - std::floor(line[i] + 0.5));
    }
  }
  return count;
}

void Polygons::fill_one(const Polygon& polygon, const Window& window, std::span<std::uint8_t> inside) {
  std::vector<std::vector<double>> crossings(static_cast<std::size_t>(window.height));
  cross(polygon, window.y, 1, crossings);
  for (std::int64_t row = 0; row < window.height; ++row) {
    const auto& line = crossings[static_cast<std::size_t>(row)];
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      // Centres c with left < c <= right.
      const double begin = std::max(std::floor(line[i] + 0.5), static_cast<double>(window.x));
      const double end =
          std::min(std::floor(line[i + 1] + 0.5), static_cast<double>(window.x + window.width));
      if (!(begin < end)) continue;
      auto* out = inside.data() + row * window.width;
      std::fill(out + (static_cast<std::int64_t>(begin) - window.x),
                out + (static_cast<std::int64_t>(end) - window.x), std::uint8_t{1});
    }
  }
}

void Polygons::fill_edges(const Window& window, std::span<std::uint8_t> inside) const {
  for (const auto& polygon : polygons_) {
    for (const Edge& edge : polygon.edges) touch_one(edge, window, inside);
    for (const Edge& edge : polygon.level) touch_one(edge, window, inside);
  }
}

void Polygons::touch_one(const Edge& edge, const Window& window, std::span<std::uint8_t> inside) {
  const auto row_of = [&window](double y) {
    const double low = static_cast<double>(window.y);
    return static_cast<std::int64_t>(
        std::clamp(std::floor(y), low - 1, low + static_cast<double>(window.height)));
  };
  const double rise = edge.lower.y - edge.upper.y;
  const auto x_at = [&edge, rise](double y) {
    const double along = rise == 0 ? 0 : std::clamp((y - edge.upper.y) / rise, 0.0, 1.0);
    return edge.upper.x + along * (edge.lower.x - edge.upper.x);
  };
  const std::int64_t first = std::max(row_of(edge.upper.y), window.y);
  const std::int64_t last = std::min(row_of(edge.lower.y), window.y + window.height - 1);
  for (std::int64_t row = first; row <= last; ++row) {
    // The part of the edge in the row.
    double a = rise == 0 ? edge.upper.x : x_at(static_cast<double>(row));
    double b = rise == 0 ? edge.lower.x : x_at(static_cast<double>(row + 1));
    if (a > b) std::swap(a, b);
    const double left = std::max(std::floor(a), static_cast<double>(window.x));
    const double right = std::min(std::floor(b), static_cast<double>(window.x + window.width - 1));
    if (!(left <= right)) continue;
    auto* line = inside.data() + (row - window.y) * window.width;
    std::fill(line + (static_cast<std::int64_t>(left) - window.x),
              line + (static_cast<std::int64_t>(right) - window.x) + 1, std::uint8_t{1});
  }
}

}  // namespace terramask::geo
