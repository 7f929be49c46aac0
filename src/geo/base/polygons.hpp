// Polygons in pixel coordinates, and the pixels whose centres are inside them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::geo {

struct Point {
  double x = 0;
  double y = 0;
};

/// A set of polygons; a pixel is inside if its centre is inside any of them. Holes are ordinary rings: within
/// one polygon, the even-odd rule applies. A centre on an edge belongs to the polygon on its left (as in
/// GDAL's rasterising), so adjacent polygons share no pixel and leave none out. The crossing of an edge and a
/// row depends only on these two, never on the window.
class Polygons {
 public:
  void begin_polygon();
  /// Adds a ring to the last polygon begun; it is closed automatically.
  void add_ring(std::span<const Point> ring);

  bool empty() const { return polygons_.empty(); }
  /// The pixels around all of them, not clipped.
  Window bounds() const;
  /// The number of pixel centres inside, wherever they lie; where polygons overlap, each counts. Above about
  /// a million rows, only every n-th row is examined.
  double centres() const;
  /// Sets `inside` (height × width) to 1 where a pixel's centre is inside; leaves other values unchanged.
  void fill(const Window& window, std::span<std::uint8_t> inside) const;
  /// Sets `inside` to 1 where an edge passes through a pixel. Together with `fill`: every pixel that the
  /// polygons touch.
  void fill_edges(const Window& window, std::span<std::uint8_t> inside) const;

 private:
  struct Edge {
    Point upper;  ///< the end with the smaller y
    Point lower;
  };
  struct Polygon {
    std::vector<Edge> edges;
    std::vector<Edge> level;  ///< horizontal edges, which bound no area; upper is the left end
    double left = 0;
    double right = 0;
    double top = 0;
    double bottom = 0;
  };
  static void touch_one(const Edge& edge, const Window& window, std::span<std::uint8_t> inside);
  /// The crossings of edges and the centre lines of rows [y, y + lines.size() · step), every step-th, from
  /// left to right.
  static void cross(const Polygon& polygon, std::int64_t y, std::int64_t step,
                    std::vector<std::vector<double>>& lines);
  static void fill_one(const Polygon& polygon, const Window& window, std::span<std::uint8_t> inside);

  std::vector<Polygon> polygons_;
};

/// "a.geojson: 3 shapes reach to where EPSG:32633 has no place; ..."; empty if no shape was cut off.
std::optional<std::string> cut_off_warning(const std::string& path, std::uint64_t shapes, const Grid& grid);

}  // namespace terramask::geo
