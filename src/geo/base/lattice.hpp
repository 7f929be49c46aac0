// How the pixels of one grid lie on those of another.
#pragma once

#include "terramask/grid.hpp"

namespace terramask::geo {

/// Two lattices of pixels are taken for one where they are off by less than this, in pixels.
inline constexpr double kLatticeSnap = 0.05;

/// In pixels of the grid. Both grids are of one CRS.
struct LatticePlace {
  double x = 0, y = 0;  ///< of the source's first corner, to whole pixels
  double shift = 0;     ///< by which that is off
  double skew = 0;      ///< by which the source's other corners are off: other pixels, or turned

  bool same_pixels() const { return skew < kLatticeSnap; }
  bool fits() const { return same_pixels() && shift < kLatticeSnap; }
};

LatticePlace place_on_lattice(const Grid& source, const Grid& grid);

}  // namespace terramask::geo
