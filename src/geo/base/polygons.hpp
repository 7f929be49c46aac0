// Polygons in pixel coordinates, and the pixels whose centres they hold.
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

/// A set of polygons; a pixel is inside where its centre lies in any of them. Holes are rings like any other:
/// inside one polygon, points are in where rings around them are odd in number. A centre on an edge belongs
/// to the polygon left of it (as in GDAL's rasterising), so neighbours share every pixel out. Where an edge
/// crosses a row depends on the two alone, never on the window.
class Polygons {
 public:
  void begin_polygon();
  /// A ring of the polygon begun last; closed by itself.
  void add_ring(std::span<const Point> ring);

  bool empty() const { return polygons_.empty(); }
  /// The pixels around all of them (clipped to nothing).
  Window bounds() const;
  /// How many pixels' centres are inside, wherever they lie; where polygons overlap, in each of them. Of more
  /// than some million rows only every n-th is looked at.
  double centres() const;
  /// Sets `inside` (height × width) to 1 where a pixel's centre is inside; leaves the others alone.
  void fill(const Window& window, std::span<std::uint8_t> inside) const;
  /// Sets `inside` to 1 where an edge passes through a pixel: with `fill`, every pixel that the polygons
  /// touch.
  void fill_edges(const Window& window, std::span<std::uint8_t> inside) const;

 private:
  struct Edge {
    Point upper;  ///< the end with the smaller y
    Point lower;
  };
  struct Polygon {
    std::vector<Edge> edges;
    std::vector<Edge> level;  ///< edges along a row, which bound nothing; upper is the left end
    double left = 0;
    double right = 0;
    double top = 0;
    double bottom = 0;
  };
  static void touch_one(const Edge& edge, const Window& window, std::span<std::uint8_t> inside);
  /// Where edges cross the centre lines of rows [y, y + lines.size() · step), every step-th, from left to
  /// right.
  static void cross(const Polygon& polygon, std::int64_t y, std::int64_t step,
                    std::vector<std::vector<double>>& lines);
  static void fill_one(const Polygon& polygon, const Window& window, std::span<std::uint8_t> inside);

  std::vector<Polygon> polygons_;
};

/// "a.geojson: 3 shapes reach to where EPSG:32633 has no place; ..."; empty where no shape was cut off.
std::optional<std::string> cut_off_warning(const std::string& path, std::uint64_t shapes, const Grid& grid);

}  // namespace terramask::geo
