#include "geo/base/ground_length.hpp"

#include <numbers>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {

std::unique_ptr<GroundLength> GroundLength::make(const Grid& grid) {
  if (!ground_pixel_size(grid)) return nullptr;
  OGRSpatialReference crs;
  const GdalErrors quiet;
  if (crs.importFromWkt(grid.crs.c_str()) != OGRERR_NONE) return nullptr;
  std::unique_ptr<GroundLength> length(new GroundLength(grid, CrsTransform::to_geographic(grid.crs)));
  const double inverse_flattening = crs.GetInvFlattening();
  geod_init(&length->ellipsoid_, crs.GetSemiMajor(), inverse_flattening == 0 ? 0 : 1 / inverse_flattening);
  const std::unique_ptr<OGRSpatialReference> geographic(crs.CloneGeogCS());
  if (geographic) length->degrees_ = geographic->GetAngularUnits(nullptr) * 180 / std::numbers::pi;
  return length;
}

double GroundLength::of(std::span<const Point> pixels) {
  x_.resize(pixels.size());
  y_.resize(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const auto world = grid_.to_world(pixels[i].x, pixels[i].y);
    x_[i] = world[0];
    y_[i] = world[1];
  }
  transform_.apply(x_, y_);
  double sum = 0;
  for (std::size_t i = 1; i < pixels.size(); ++i) {
    double step = 0;
    geod_inverse(&ellipsoid_, y_[i - 1] * degrees_, x_[i - 1] * degrees_, y_[i] * degrees_, x_[i] * degrees_,
                 &step, nullptr, nullptr);
    sum += step;
  }
  return sum;
}

}  // namespace terramask::geo
