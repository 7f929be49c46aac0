// Where the pixels of one grid lie in another.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "geo/base/crs.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Positions (in pixels of `to`) of the pixel centres of `from`. PROJ is asked at the nodes of a lattice that
/// is fixed to `from`, 16 pixels wide, and at the middle of each cell; between the nodes positions are
/// interpolated where that is right in the middle to 1/100 pixel of either grid, and PROJ is asked for each
/// pixel elsewhere. So a pixel's position depends on the pixel alone, never on the window, unlike those of
/// GDAL's approximating transformer.
class GridMapping {
 public:
  GridMapping(const Grid& from, const Grid& to);

  /// For each pixel of the window, row by row; NaN where there is none.
  void positions(const Window& window, std::span<double> columns, std::span<double> rows) const;

  /// Pixels of `to` that a pixel of `from` spans along the columns and rows of `to`, at the centre of `from`.
  std::array<double, 2> span() const { return span_; }

  /// Around all of `from` (where it reaches across 180 degrees, without a jump), in pixels of `to`, from a
  /// sample of points: xmin, ymin, xmax, ymax; NaN if nothing of it has a place there.
  std::array<double, 4> bounds() const;
  /// The same of coordinates that know no ends: where they wrap, in one turn of theirs.
  std::array<double, 4> extent() const;

 private:
  /// In place: from pixels of `from` to pixels of `to`.
  void map(std::span<double> x, std::span<double> y) const;
  /// The same column of the Earth, within half a turn of another one.
  double round_the_world(double column, double near) const;

  Grid from_;
  Grid to_;
  CrsTransform transform_;
  double turn_ = 0;    ///< columns of `to` around the Earth; 0: they do not go around it
  double middle_ = 0;  ///< column of `to` that positions lie within half a turn of
  std::array<double, 2> span_{1, 1};
};

}  // namespace terramask::geo
