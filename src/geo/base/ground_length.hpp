// The length of lines on the ground.
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
  /// Empty where the grid has no CRS, no geotransform, or a CRS without a place on an ellipsoid.
  static std::unique_ptr<GroundLength> make(const Grid& grid);

  /// Of a line in pixels, in metres; NaN where the CRS has no ground there.
  double of(std::span<const Point> pixels);

 private:
  GroundLength(const Grid& grid, CrsTransform transform) : grid_(grid), transform_(std::move(transform)) {}

  Grid grid_;
  CrsTransform transform_;
  geod_geodesic ellipsoid_{};
  double degrees_ = 1;  ///< of an angular unit
  std::vector<double> x_, y_;
};

}  // namespace terramask::geo
