// Rings and lines cut to a box.
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

/// Sutherland and Hodgman's: points within the box stay the same to the bit, and a point within is inside the
/// result where it is inside the ring, crossing itself or not, by an odd number of times around it. Along the
/// box's edges parts of the result may lie on each other. Empty where nothing is left.
std::vector<Point> clip_ring(std::vector<Point> ring, const Box& box);

/// The runs of a line that lie in the box.
std::vector<std::vector<Point>> clip_line(std::span<const Point> line, const Box& box);

}  // namespace terramask::geo
