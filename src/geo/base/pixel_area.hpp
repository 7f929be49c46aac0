// Areas of pixels on the ellipsoid of their CRS.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Area of each pixel of a grid, in m² on the ellipsoid of the grid's CRS, from PROJ's geodesic polygons.
///
/// A pixel's area varies smoothly, but the polygon of a single pixel is lost in rounding (PROJ's areas are
/// accurate to about 0.1 m² at any size). Areas are therefore measured on squares about a kilometre wide at
/// the nodes of a lattice and interpolated bilinearly: the error is below 1e-4 for nodes 50 km apart.
class PixelAreas {
 public:
  /// Null if the grid has no CRS, no geotransform, or a CRS without an ellipsoid.
  static std::unique_ptr<PixelAreas> make(const Grid& grid);

  /// Total area of pixels [x0, x1) of a row; NaN where the CRS cannot be transformed.
  double run(std::int64_t x0, std::int64_t x1, std::int64_t row) const;

 private:
  PixelAreas() = default;
  double at(std::size_t x, std::size_t y) const { return nodes_[y * (cells_x_ + 1) + x]; }

  double spacing_x_ = 1;  ///< pixels between nodes; node k is at the centre of pixel k · spacing
  double spacing_y_ = 1;
  std::size_t cells_x_ = 1;
  std::vector<double> nodes_;
};

}  // namespace terramask::geo
