// How the pixels of one grid align with those of another.
#pragma once

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Two pixel lattices are the same if their offset is less than this, in pixels.
inline constexpr double kLatticeSnap = 0.05;

/// In pixels of the grid. Both grids have the same CRS.
struct LatticePlace {
  double x = 0, y = 0;  ///< the source's first corner, rounded to whole pixels
  double shift = 0;     ///< offset lost by rounding
  double skew = 0;      ///< offset of the source's other corners: another pixel size, or rotation

  bool same_pixels() const { return skew < kLatticeSnap; }
  bool fits() const { return same_pixels() && shift < kLatticeSnap; }
};

LatticePlace place_on_lattice(const Grid& source, const Grid& grid);

}  // namespace terramask::geo
