// Pixel grids on the ground.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace terramask {

/// A window of pixels: columns [x, x + width), rows [y, y + height). May reach outside its raster.
struct Window {
  std::int64_t x = 0;
  std::int64_t y = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;

  bool operator==(const Window&) const = default;
  bool empty() const { return width <= 0 || height <= 0; }
};

/// The common part of two windows; empty (width or height 0) where there is none.
Window intersect(const Window& a, const Window& b);

/// A regular grid: size in pixels, affine transform from (column, row) to the coordinates of `crs`
/// (GDAL's order: x0, dx/dcol, dx/drow, y0, dy/dcol, dy/drow; x is easting or longitude, whatever the
/// authority's axis order says), the CRS as WKT2, empty where it is unknown, and the year for which
/// coordinates in a dynamic CRS hold (2021.3), 0 where none is told.
struct Grid {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::array<double, 6> geotransform{0, 1, 0, 0, 0, 1};
  bool has_geotransform = false;
  std::string crs;
  double epoch = 0;

  Window extent() const { return {0, 0, width, height}; }

  /// Coordinates of a point given in pixels (0, 0 is the first pixel's outer corner, 0.5, 0.5 its centre).
  std::array<double, 2> to_world(double column, double row) const;
  /// The pixels of a point given in coordinates.
  std::array<double, 2> to_pixel(double x, double y) const;
};

/// The part of a grid that a window covers, as a grid of its own.
Grid cut(const Grid& grid, const Window& window);

/// Ground size of a pixel at the grid's centre, in metres, along columns (x) and rows (y), measured on the
/// CRS's ellipsoid by PROJ's geodesic (Karney 2013): so Web Mercator units shrink by cos φ, and degrees are
/// metres too. Empty where the grid has no CRS or no geotransform.
struct PixelSize {
  double x = 0;
  double y = 0;
};
std::optional<PixelSize> ground_pixel_size(const Grid& grid);

}  // namespace terramask
