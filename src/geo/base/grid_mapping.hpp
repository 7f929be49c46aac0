// Maps the pixels of one grid to another.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "geo/base/crs.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Positions (in pixels of `to`) of the pixel centres of `from`. PROJ transforms the nodes of a lattice that
/// is fixed to `from`, 16 pixels wide, and the centre of each cell. Within a cell, positions are interpolated
/// if that is accurate to 1/100 pixel of either grid at the centre; otherwise PROJ transforms each pixel. So
/// a pixel's position depends only on the pixel, never on the window, unlike with GDAL's approximating
/// transformer.
class GridMapping {
 public:
  GridMapping(const Grid& from, const Grid& to);

  /// For each pixel of the window, row by row; NaN if it has no position.
  void positions(const Window& window, std::span<double> columns, std::span<double> rows) const;

  /// Pixels of `to` that a pixel of `from` spans along the columns and rows of `to`, at the centre of `from`.
  std::array<double, 2> span() const { return span_; }

  /// Bounds of `from` in pixels of `to`, from sampled points (without a jump where `from` crosses 180
  /// degrees): xmin, ymin, xmax, ymax; NaN if no part of it has a position.
  std::array<double, 4> bounds() const;
  /// As `bounds`, for coordinates without limits; where they wrap, within one period.
  std::array<double, 4> extent() const;

 private:
  /// In place: from pixels of `from` to pixels of `to`.
  void map(std::span<double> x, std::span<double> y) const;
  /// The equivalent column within half a period of `near`.
  double round_the_world(double column, double near) const;

  Grid from_;
  Grid to_;
  CrsTransform transform_;
  double turn_ = 0;    ///< columns of `to` around the Earth; 0: `to` does not wrap
  double middle_ = 0;  ///< column of `to`; positions are within half a period of it
  std::array<double, 2> span_{1, 1};
};

}  // namespace terramask::geo
