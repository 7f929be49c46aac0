// Where in a layer's CRS a grid lies, and geometries cut to that place.
#pragma once

#include <ogr_geometry.h>

#include <memory>
#include <optional>
#include <string>

#include "geo/base/clip.hpp"
#include "geo/base/wrap.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Projections tell the truth about a part of the Earth only: what reaches far beyond a grid may have no
/// place in the grid's CRS, or a wrong one. So geometries are cut in their own CRS, to a box around the grid,
/// before they are projected. And they are brought to the turn of the Earth that the box is in: longitudes of
/// 181 and -179 are one.
class Surroundings {
 public:
  /// @param crs  of the geometries (WKT; empty: the grid's)
  /// @param margin_m how far around the grid geometries count too
  Surroundings(const std::string& crs, const Grid& grid, double margin_m);

  /// The box around the grid; empty where none of it has a place in the layer's CRS. Of a CRS that wraps, it
  /// may reach beyond the seam.
  const std::optional<Box>& box() const { return box_; }
  /// Whether the box reaches over the seam of the CRS, so that the coordinates within it are written in two
  /// ways.
  bool across_the_seam() const;
  /// Whether it is so near to it that small shapes across the seam, uncut, may be there.
  bool near_the_seam() const;
  const Wrap& wrap() const { return wrap_; }

  /// Whether a box may meet the grid's, in any turn of the Earth.
  bool meets(const Box& box) const;
  /// Whether a shape of this box may go around a pole, and so hold what its box does not.
  bool may_be_around_a_pole(const Box& box) const;

  /// What a geometry (without curves) has near the grid, in the turn that the grid is in: a collection, empty
  /// where it lies elsewhere. Null where that is the geometry as it is, to the bit.
  /// @param cut where what is too large is cut off: far off, or close to the box, to be measured in metres
  enum class Cut { far, close };
  std::unique_ptr<OGRGeometry> bring(const OGRGeometry& geometry, Cut cut = Cut::far) const;

  /// Which share of a geometry's area is in what was brought of it.
  double share(const OGRGeometry& brought, const OGRGeometry& geometry) const;

 private:
  bool near_the_seam(double distance) const;
  void find_box(const Grid& grid, const std::string& crs, const Box& pixels);
  void take_whole_turn(const Grid& grid, const std::string& crs, const Box& pixels);
  void find_reach(const Grid& grid, const std::string& crs);

  Wrap wrap_;
  bool identity_ = false;
  std::optional<Box> box_;    ///< around the grid
  std::optional<Box> reach_;  ///< in which geometries are left as they are; larger
};

}  // namespace terramask::geo
