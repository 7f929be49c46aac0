// Coordinate reference systems whose x coordinate wraps, as longitudes do.
#pragma once

#include <ogr_geometry.h>

#include <string>

namespace terramask::geo {

struct Wrap {
  double period = 0;  ///< of x, in units of the CRS; 0 if x does not wrap
  double centre = 0;  ///< x ranges from centre - period / 2 (the seam: 180 W) to centre + period / 2
  double pole = 0;    ///< |y| of the poles; 0 if the CRS does not reach them
};

/// For geographic CRSs and cylindrical projections (Web Mercator, equirectangular and similar).
Wrap wrap_of(const std::string& wkt);

/// Makes the x coordinates of shapes that cross the seam uncut continuous: edges from one side to the other
/// take the short way, and x continues beyond the seam. A ring once around a pole is closed via the pole.
/// Boxes that look like belts around the Earth rather than slivers across the seam are unchanged.
/// @return whether anything was changed
bool unroll(OGRGeometry& geometry, const Wrap& wrap);

}  // namespace terramask::geo
