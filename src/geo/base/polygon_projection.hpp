// Transforms the geometries of a vector layer to a grid's pixels.
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

/// A layer without a CRS is assumed to be in the grid's. Parts far from the grid are clipped in the layer's
/// CRS, and longitudes may be in any turn of the Earth (see Surroundings). `grid` must outlive the object.
class PolygonProjection {
 public:
  /// For geometries in a CRS (WKT; empty: the grid's). Errors name `path`.
  /// @throws Error mismatch if the geometries have a CRS and the grid has none
  PolygonProjection(const std::string& crs, const std::string& path, const Grid& grid);

  /// Adds the polygons of a geometry without curves, or of its parts; other types are skipped. Edges are
  /// straight in the layer's CRS; they are densified where they deviate by 1/10 pixel in the grid's. A
  /// polygon that lies elsewhere is added without rings.
  void add(const OGRGeometry& geometry, Polygons& polygons) const;

  /// Adds lines as polygons without area, whose edges touch pixels, and points; polygons are skipped.
  void add_lines(const OGRGeometry& geometry, Polygons& polygons) const;

  /// Edges shorter than this (in the layer's units) are assumed straight in the grid's CRS too, without a
  /// check.
  void take_for_straight(double length) { straight_ = length; }

  /// Empty if the point cannot be transformed to the grid's CRS.
  std::optional<Point> to_pixel(double x, double y) const;

  const Surroundings& surroundings() const { return surroundings_; }

  /// Number of shapes near the grid with a point that cannot be transformed to the grid's CRS; their other
  /// points were used.
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
