// Clips rings and lines to a box.
#pragma once

#include <span>
#include <vector>

#include "geo/base/polygons.hpp"

namespace terramask::geo {

struct Box {
  double left = 0, low = 0, right = 0, high = 0;

  bool holds(const Box& other) const {
    return other.left >= left && other.right <= right && other.low >= low && other.high <= high;
  }
  bool meets(const Box& other) const {
    return other.left <= right && other.right >= left && other.low <= high && other.high >= low;
  }
  bool holds(const Point& p) const { return p.x >= left && p.x <= right && p.y >= low && p.y <= high; }
  Box grown(double x, double y) const { return {left - x, low - y, right + x, high + y}; }
};

/// Clips a ring with the Sutherland-Hodgman algorithm. Points inside the box are kept bit for bit. Within the
/// box the interior by the even-odd rule is unchanged, even for self-intersecting rings. Parts of the result
/// may overlap along the edges of the box. Empty if nothing is left.
std::vector<Point> clip_ring(std::vector<Point> ring, const Box& box);

/// The runs of a line inside the box.
std::vector<std::vector<Point>> clip_line(std::span<const Point> line, const Box& box);

}  // namespace terramask::geo
