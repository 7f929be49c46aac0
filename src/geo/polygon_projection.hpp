// Geometries of a vector layer, brought into a grid's pixels.
#pragma once

#include <ogrsf_frmts.h>

#include <string>
#include <vector>

#include "geo/crs.hpp"
#include "geo/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// A layer without a CRS is taken to lie as the grid does. `path` and `grid` outlive it.
class PolygonProjection {
 public:
  /// @throws Error mismatch where the layer has a CRS and the grid has none
  PolygonProjection(const OGRLayer& layer, const std::string& path, const Grid& grid);
  /// Of geometries in a CRS (WKT; empty: the grid's).
  PolygonProjection(const std::string& crs, const std::string& path, const Grid& grid);

  /// Adds the polygons of a geometry without curves, or of its parts; others are passed over. Edges are
  /// straight in the layer's CRS: they are bent in the grid's where that matters (by 1/10 pixel).
  void add(const OGRGeometry& geometry, Polygons& polygons) const;

  /// Edges shorter than this (in the layer's units) are straight in the grid's CRS too, and need no look.
  void take_for_straight(double length) { straight_ = length; }

  /// @throws Error mismatch where the point has no place in the grid's CRS
  Point to_pixel(double x, double y) const;

 private:
  Point checked_pixel(double x, double y) const;
  void add_edge(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa, const Point& pb,
                int division) const;
  void add_ring(const OGRLinearRing& ring, Polygons& polygons) const;

  const std::string& path_;
  const Grid& grid_;
  CrsTransform transform_;
  double straight_ = 0;
};

}  // namespace terramask::geo
