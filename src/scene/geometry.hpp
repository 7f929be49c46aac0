// Points, lines and polygons in metres. Scene coordinates: x east and y north of the scene's lower left
// corner.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace terramask::scene {

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

inline Point operator+(Point a, Point b) {
  return {a.x + b.x, a.y + b.y};
}
inline Point operator-(Point a, Point b) {
  return {a.x - b.x, a.y - b.y};
}
inline Point operator*(Point a, double s) {
  return {a.x * s, a.y * s};
}
inline double dot(Point a, Point b) {
  return a.x * b.x + a.y * b.y;
}
inline double length(Point a) {
  return std::sqrt(dot(a, a));
}
inline Point unit_vector(Point a) {
  return a * (1 / std::max(length(a), 1e-12));
}
/// A quarter turn to the left.
inline Point left_of(Point a) {
  return {-a.y, a.x};
}

struct Box {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool touches(const Box& other) const {
    return x0 <= other.x1 && other.x0 <= x1 && y0 <= other.y1 && other.y0 <= y1;
  }
  bool contains(Point p) const { return p.x >= x0 && p.x <= x1 && p.y >= y0 && p.y <= y1; }
  Box grown(double by) const { return {x0 - by, y0 - by, x1 + by, y1 + by}; }
};

inline Box around(Point p, double radius) {
  return Box{p.x, p.y, p.x, p.y}.grown(radius);
}

/// An open line, or the ring of a polygon without its closing point.
using Line = std::vector<Point>;

inline Box bounds(const Line& line) {
  Box box{line.front().x, line.front().y, line.front().x, line.front().y};
  for (const Point& p : line)
    box = {std::min(box.x0, p.x), std::min(box.y0, p.y), std::max(box.x1, p.x), std::max(box.y1, p.y)};
  return box;
}

/// Even-odd rule.
inline bool contains(const Line& ring, Point p) {
  bool inside = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
    const Point a = ring[i], b = ring[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

/// The nearest point of a segment: how far away, and where along it (0 to 1).
struct Nearest {
  double distance = 0;
  double along = 0;
};

inline Nearest nearest_on_segment(Point a, Point b, Point p) {
  const Point d = b - a;
  const double squared = dot(d, d);
  const double t = squared > 0 ? std::clamp(dot(p - a, d) / squared, 0.0, 1.0) : 0.0;
  return {length(p - (a + d * t)), t};
}

/// A rectangle at an angle: `axis` is a unit vector along its length.
struct Rectangle {
  Point centre;
  Point axis{1, 0};
  double half_length = 0;
  double half_width = 0;

  /// Coordinates along and across the axis.
  Point local(Point p) const { return {dot(p - centre, axis), dot(p - centre, left_of(axis))}; }
  Point world(Point q) const { return centre + axis * q.x + left_of(axis) * q.y; }
  bool contains(Point p) const {
    const Point q = local(p);
    return std::abs(q.x) <= half_length && std::abs(q.y) <= half_width;
  }
  Line ring() const {
    return {world({-half_length, -half_width}), world({half_length, -half_width}),
            world({half_length, half_width}), world({-half_length, half_width})};
  }
  Box box() const { return bounds(ring()); }
};

/// Whether two rectangles overlap (separating axes).
inline bool overlap(const Rectangle& a, const Rectangle& b) {
  const auto apart = [](const Rectangle& r, const Rectangle& s) {
    Box box{1e300, 1e300, -1e300, -1e300};
    for (const Point& corner : s.ring()) {
      const Point q = r.local(corner);
      box = {std::min(box.x0, q.x), std::min(box.y0, q.y), std::max(box.x1, q.x), std::max(box.y1, q.y)};
    }
    return box.x0 > r.half_length || box.x1 < -r.half_length || box.y0 > r.half_width ||
           box.y1 < -r.half_width;
  };
  return !apart(a, b) && !apart(b, a);
}

}  // namespace terramask::scene
