#include "geo/lon_lat.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "geo/crs.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {

std::vector<std::array<double, 2>> lon_lat_ring(const Grid& grid, const Window& window) {
  if (grid.crs.empty() || !grid.has_geotransform) return {};
  constexpr int steps = 4;  // a side
  std::vector<double> x, y;
  const auto w = static_cast<double>(window.width), h = static_cast<double>(window.height);
  for (int i = 0; i <= 4 * steps; ++i) {
    const double along = static_cast<double>(i % steps) / steps;
    // Down, right, up, left: counterclockwise on a grid whose rows go south.
    const std::array<std::array<double, 2>, 4> sides{
        {{0, along}, {along, 1}, {1, 1 - along}, {1 - along, 0}}};
    const auto& at = sides[static_cast<std::size_t>(i / steps % 4)];
    const auto point =
        grid.to_world(static_cast<double>(window.x) + at[0] * w, static_cast<double>(window.y) + at[1] * h);
    x.push_back(point[0]);
    y.push_back(point[1]);
  }
  try {
    CrsTransform(grid.crs, crs_from_user("EPSG:4326", "WGS 84")).apply(x, y);
  } catch (const Error&) {
    return {};  // a local CRS has no longitude
  }
  std::vector<std::array<double, 2>> ring;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) return {};
    // Nine digits are a tenth of a millimetre.
    ring.push_back({std::round(x[i] * 1e9) / 1e9, std::round(y[i] * 1e9) / 1e9});
  }
  return ring;
}

int epsg_code(const std::string& wkt) {
  const std::string label = crs_label(wkt);
  return label.starts_with("EPSG:") ? std::atoi(label.c_str() + 5) : 0;
}

}  // namespace terramask::geo
