// Geometries of a vector layer, brought into a grid's pixels.
#pragma once

#include <ogr_geometry.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/crs.hpp"
#include "geo/base/polygons.hpp"
#include "geo/base/surroundings.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// A layer without a CRS is taken to lie as the grid does. What lies far from the grid is cut off in the
/// layer's CRS, and longitudes may be written in any turn of the Earth (see Surroundings). `grid` outlives
/// it.
class PolygonProjection {
 public:
  /// Of geometries in a CRS (WKT; empty: the grid's). Errors name `path`.
  /// @throws Error mismatch where the geometries have a CRS and the grid has none
  PolygonProjection(const std::string& crs, const std::string& path, const Grid& grid);

  /// Adds the polygons of a geometry without curves, or of its parts; others are passed over. Edges are
  /// straight in the layer's CRS: they are bent in the grid's where that matters (by 1/10 pixel). A polygon
  /// that lies elsewhere is added without any ring.
  void add(const OGRGeometry& geometry, Polygons& polygons) const;

  /// Adds lines as polygons without an area, whose edges touch pixels, and points; polygons are passed over.
  void add_lines(const OGRGeometry& geometry, Polygons& polygons) const;

  /// Edges shorter than this (in the layer's units) are straight in the grid's CRS too, and need no look.
  void take_for_straight(double length) { straight_ = length; }

  /// Empty where the point has no place in the grid's CRS.
  std::optional<Point> to_pixel(double x, double y) const;

  const Surroundings& surroundings() const { return surroundings_; }

  /// Shapes near the grid that have a point without a place in the grid's CRS: their other points were taken.
  std::uint64_t cut_off() const { return cut_off_; }

 private:
  void add_brought(const OGRGeometry& geometry, Polygons& polygons) const;
  void add_brought_lines(const OGRGeometry& geometry, Polygons& polygons) const;
  Point pixel_of(double x, double y) const;
  Point pixel_at(Point place) const;
  std::vector<Point> transformed(const std::vector<Point>& points) const;
  void add_edge(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa, const Point& pb,
                int division) const;
  void add_visible(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa,
                   const Point& pb) const;
  void add_long_edge(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa,
                     const Point& pb) const;
  void add_horizon(std::vector<Point>& out, Point inside, Point outside) const;
  void add_ring(std::vector<Point> ring, Polygons& polygons) const;

  const Grid& grid_;
  CrsTransform transform_;
  Surroundings surroundings_;
  Wrap grid_wrap_;
  double grid_middle_ = 0;  ///< x at the grid's centre
  double straight_ = 0;
  double long_edge_ = 0;
  mutable std::uint64_t cut_off_ = 0;
};

}  // namespace terramask::geo
