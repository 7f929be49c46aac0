#include "geo/base/lattice.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::geo {

LatticePlace place_on_lattice(const Grid& source, const Grid& grid) {
  const auto corner = [&](double column, double row) {
    const auto world = source.to_world(column, row);
    return grid.to_pixel(world[0], world[1]);
  };
  const auto w = static_cast<double>(source.width), h = static_cast<double>(source.height);
  const auto origin = corner(0, 0), right = corner(w, 0), below = corner(0, h);
  LatticePlace place{std::round(origin[0]), std::round(origin[1])};
  place.shift = std::max(std::abs(origin[0] - place.x), std::abs(origin[1] - place.y));
  place.skew = std::max({std::abs(right[0] - origin[0] - w), std::abs(right[1] - origin[1]),
                         std::abs(below[0] - origin[0]), std::abs(below[1] - origin[1] - h)});
  return place;
}

}  // namespace terramask::geo
