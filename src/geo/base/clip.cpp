#include "geo/base/clip.hpp"

#include <array>

namespace terramask::geo {
namespace {

/// One side of a box.
struct Side {
  bool across = false;  ///< bounds x, not y
  double at = 0;
  double sign = 1;  ///< 1: larger coordinates are inside

  double distance(const Point& p) const { return sign * ((across ? p.x : p.y) - at); }

  Point meeting(const Point& a, const Point& b) const {
    const double da = distance(a), db = distance(b);
    const double t = da / (da - db);
    Point p{a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
    (across ? p.x : p.y) = at;
    return p;
  }
};

std::array<Side, 4> sides_of(const Box& box) {
  return {{{true, box.left, 1}, {true, box.right, -1}, {false, box.low, 1}, {false, box.high, -1}}};
}

/// Clips an edge to a box; false if nothing is left.
bool clip_edge(Point& a, Point& b, const Box& box) {
  for (const Side& side : sides_of(box)) {
    const bool a_in = side.distance(a) >= 0, b_in = side.distance(b) >= 0;
    if (!a_in && !b_in) return false;
    if (!a_in)
      a = side.meeting(a, b);
    else if (!b_in)
      b = side.meeting(a, b);
  }
  return true;
}

}  // namespace

std::vector<Point> clip_ring(std::vector<Point> ring, const Box& box) {
  std::vector<Point> kept;
  for (const Side& side : sides_of(box)) {
    kept.clear();
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point& from = ring[i == 0 ? ring.size() - 1 : i - 1];
      const Point& to = ring[i];
      const bool from_in = side.distance(from) >= 0, to_in = side.distance(to) >= 0;
      if (from_in != to_in) kept.push_back(side.meeting(from, to));
      if (to_in) kept.push_back(to);
    }
    ring.swap(kept);
  }
  return ring;
}

std::vector<std::vector<Point>> clip_line(std::span<const Point> line, const Box& box) {
  std::vector<std::vector<Point>> runs;
  bool open = false;
  for (std::size_t i = 1; i < line.size(); ++i) {
    Point a = line[i - 1], b = line[i];
    if (!clip_edge(a, b, box)) {
      open = false;
      continue;
    }
    if (!open) runs.push_back({a});
    runs.back().push_back(b);
    open = b.x == line[i].x && b.y == line[i].y;
  }
  return runs;
}

}  // namespace terramask::geo
