// Lengths of lines on the ground.
#pragma once

#include <geodesic.h>

#include <memory>
#include <span>
#include <vector>

#include "geo/base/crs.hpp"
#include "geo/base/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Sums geodesics (Karney 2013) on the ellipsoid of a grid's CRS.
class GroundLength {
 public:
  /// Null if the grid has no CRS, no geotransform, or a CRS without an ellipsoid.
  static std::unique_ptr<GroundLength> make(const Grid& grid);

  /// Length in metres of a line given in pixels; NaN where the CRS cannot be transformed.
  double of(std::span<const Point> pixels);

 private:
  GroundLength(const Grid& grid, CrsTransform transform) : grid_(grid), transform_(std::move(transform)) {}

  Grid grid_;
  CrsTransform transform_;
  geod_geodesic ellipsoid_{};
  double degrees_ = 1;  ///< per angular unit
  std::vector<double> x_, y_;
};

}  // namespace terramask::geo
