// The world is round: coordinates that are the same place a full turn further.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/grid.hpp"

namespace terramask::geo {

/// How far x is the same place again, in units of the CRS: 360 in degrees, the Earth's circumference in a
/// Mercator or equirectangular projection. Empty where the CRS does not wrap.
std::optional<double> full_turn(const std::string& wkt);

/// Whether x and y are longitude and latitude.
bool is_geographic(const std::string& wkt);

/// Takes the jumps of a full turn out of a line, whose first point stays. Returns by how many turns its end
/// is beyond where it came back to: not 0 for a closed line around a pole.
int unroll(std::span<double> x, double turn);

/// A box whose xmin is larger than its xmax reaches across 180 degrees, in longitudes: its xmax a turn
/// further. Other boxes are given back as they are. Throws usage for one that is no box, named `what`.
std::array<double, 4> unrolled_box(const std::array<double, 4>& box, const std::string& wkt,
                                   const std::string& what);

/// The two parts, in EPSG:4326, of a box that reaches across 180 degrees; empty where it does not.
std::optional<std::array<std::array<double, 4>, 2>> halves_at_180(const std::array<double, 4>& box,
                                                                  const std::string& wkt);

/// Turns to add to each of some intervals of x so that they lie together: the widest gap between them is
/// outside, unless it is not wider than the one that is outside already.
std::vector<int> turns_together(std::span<const std::array<double, 2>> intervals, double turn);

/// The grid moved by whole turns to where its middle is nearest to that of `other`, which is of the same CRS.
Grid turned_towards(Grid grid, const Grid& other);

}  // namespace terramask::geo
