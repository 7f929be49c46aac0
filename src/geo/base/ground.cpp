// Ground size of pixels.
#include <geodesic.h>

#include <array>
#include <cmath>
#include <numbers>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "terramask/grid.hpp"

namespace terramask {

std::optional<PixelSize> ground_pixel_size(const Grid& grid) {
  if (grid.crs.empty() || !grid.has_geotransform) return std::nullopt;
  geo::ensure_gdal();
  OGRSpatialReference crs;
  geo::GdalErrors quiet;
  if (crs.importFromWkt(grid.crs.c_str()) != OGRERR_NONE) return std::nullopt;
  if (!crs.IsGeographic() && !crs.IsProjected()) return std::nullopt;

  // The ends of the two centre lines of the pixel at the grid's centre.
  const double column = static_cast<double>(grid.width) / 2;
  const double row = static_cast<double>(grid.height) / 2;
  constexpr std::array<std::array<double, 2>, 4> ends{{{-0.5, 0}, {0.5, 0}, {0, -0.5}, {0, 0.5}}};
  std::array<double, 4> x{};
  std::array<double, 4> y{};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto point = grid.to_world(column + ends[i][0], row + ends[i][1]);
    x[i] = point[0];
    y[i] = point[1];
  }
  try {
    geo::CrsTransform::to_geographic(grid.crs).apply(x, y);
  } catch (const Error&) {
    return std::nullopt;
  }
  const std::unique_ptr<OGRSpatialReference> geographic(crs.CloneGeogCS());
  if (!geographic) return std::nullopt;
  const double degrees = geographic->GetAngularUnits(nullptr) * 180 / std::numbers::pi;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    x[i] *= degrees;
    y[i] *= degrees;
    if (!std::isfinite(x[i]) || !(std::abs(y[i]) <= 90)) return std::nullopt;
  }

  geod_geodesic ellipsoid;
  const double inverse_flattening = crs.GetInvFlattening();
  geod_init(&ellipsoid, crs.GetSemiMajor(), inverse_flattening == 0 ? 0 : 1 / inverse_flattening);
  PixelSize size;
  geod_inverse(&ellipsoid, y[0], x[0], y[1], x[1], &size.x, nullptr, nullptr);
  geod_inverse(&ellipsoid, y[2], x[2], y[3], x[3], &size.y, nullptr, nullptr);
  if (!(size.x > 0) || !(size.y > 0)) return std::nullopt;
  return size;
}

}  // namespace terramask
