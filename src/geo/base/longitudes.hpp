// Coordinates that repeat after a full turn of the Earth.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// The period of x, in units of the CRS: 360 for degrees, the Earth's circumference for a Mercator or
/// equirectangular projection. Empty if the CRS does not wrap.
std::optional<double> full_turn(const std::string& wkt);

/// Whether x and y are longitude and latitude.
bool is_geographic(const std::string& wkt);

/// Removes jumps of a full turn from a line; the first point stays. Returns the number of turns between the
/// end and its original value: not 0 for a closed line around a pole.
int unroll(std::span<double> x, double turn);

/// A box with xmin > xmax crosses 180 degrees, in longitudes: returns it with xmax one turn further. Other
/// boxes are returned unchanged. Throws usage, naming `what`, if it is not a box.
std::array<double, 4> unrolled_box(const std::array<double, 4>& box, const std::string& wkt,
                                   const std::string& what);

/// The two parts, in EPSG:4326, of a box that crosses 180 degrees; empty if it does not.
std::optional<std::array<std::array<double, 4>, 2>> halves_at_180(const std::array<double, 4>& box,
                                                                  const std::string& wkt);

/// Turns to add to each interval of x so that the intervals are close together: the widest gap between them
/// becomes the outside, if it is wider than the present outside.
std::vector<int> turns_together(std::span<const std::array<double, 2>> intervals, double turn);

/// The grid shifted by whole turns so that its centre is nearest to that of `other`, which has the same CRS.
Grid turned_towards(Grid grid, const Grid& other);

}  // namespace terramask::geo
