// Coordinate reference systems whose x coordinate comes round again, as longitudes do.
#pragma once

#include <ogr_geometry.h>

#include <string>

namespace terramask::geo {

struct Wrap {
  double period = 0;  ///< of x, in units of the CRS; 0 where places have one x only
  double centre = 0;  ///< x is written from centre - period / 2 (the seam: 180 W) to centre + period / 2
  double pole = 0;    ///< |y| of the poles; 0 where the CRS does not reach them
};

/// Of geographic CRSs, and of cylindrical projections (Web Mercator, equirectangular and the like).
Wrap wrap_of(const std::string& wkt);

/// Gives x coordinates without jumps to shapes that cross the seam uncut: edges from one side of it to the
/// other are taken the short way, and x goes on beyond the seam. A ring once around a pole is closed by way
/// of it. Boxes that are rather belts around the Earth than slivers across the seam are what they say.
/// @return whether anything was changed
bool unroll(OGRGeometry& geometry, const Wrap& wrap);

}  // namespace terramask::geo
