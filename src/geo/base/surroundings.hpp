// The location of a grid in a layer's CRS, and geometries clipped to it.
#pragma once

#include <ogr_geometry.h>

#include <memory>
#include <optional>
#include <string>

#include "geo/base/clip.hpp"
#include "geo/base/wrap.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// A projection is valid for part of the Earth only: far from a grid, points may be wrong in the grid's CRS
/// or have no image. Geometries are therefore clipped in their own CRS to a box around the grid before they
/// are projected. They are also moved to the same turn of the Earth as the box: longitudes 181 and -179 are
/// the same.
class Surroundings {
 public:
  /// @param crs  of the geometries (WKT; empty: the grid's)
  /// @param margin_m distance around the grid within which geometries are used
  Surroundings(const std::string& crs, const Grid& grid, double margin_m);

  /// The box around the grid; empty if no part of it can be transformed to the layer's CRS. If the CRS wraps,
  /// the box may extend beyond the seam.
  const std::optional<Box>& box() const { return box_; }
  /// Whether the box crosses the seam of the CRS, so that coordinates within it may be written in two ways.
  bool across_the_seam() const;
  /// Whether the box is so near to the seam that small, uncut shapes across the seam may reach it.
  bool near_the_seam() const;
  const Wrap& wrap() const { return wrap_; }

  /// Whether a box may intersect the grid's, in any turn of the Earth.
  bool meets(const Box& box) const;
  /// Whether a shape with this box may surround a pole, and so contain more than its box does.
  bool may_be_around_a_pole(const Box& box) const;

  /// The part of a geometry (without curves) near the grid, in the grid's turn: a collection, empty if the
  /// geometry lies elsewhere. Null if that is the unchanged geometry, bit for bit.
  /// @param cut where large geometries are clipped: far away, or close to the box, for measuring in metres
  enum class Cut { far, close };
  std::unique_ptr<OGRGeometry> bring(const OGRGeometry& geometry, Cut cut = Cut::far) const;

  /// The fraction of a geometry's area that `brought` contains.
  double share(const OGRGeometry& brought, const OGRGeometry& geometry) const;

 private:
  bool near_the_seam(double distance) const;
  void find_box(const Grid& grid, const std::string& crs, const Box& pixels);
  void take_whole_turn(const Grid& grid, const std::string& crs, const Box& pixels);
  void find_reach(const Grid& grid, const std::string& crs);

  Wrap wrap_;
  bool identity_ = false;
  std::optional<Box> box_;    ///< around the grid
  std::optional<Box> reach_;  ///< larger; geometries inside it are not clipped
};

}  // namespace terramask::geo
