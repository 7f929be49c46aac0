#include "geo/base/pixel_area.hpp"

#include <geodesic.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace terramask::geo {
namespace {

constexpr double kNodeDistance = 50e3;  // metres
constexpr double kSquareSide = 1e3;     // metres
constexpr double kStraight = 20e3;      // metres: longer edges deviate from a geodesic and get more points
constexpr std::size_t kMostPoints = 8;

/// From pixels to latitude and longitude on the CRS's own ellipsoid (no datum shift).
class Ground {
 public:
  static std::unique_ptr<Ground> make(const Grid& grid) {
    if (grid.crs.empty() || !grid.has_geotransform) return nullptr;
    OGRSpatialReference crs;
    if (crs.SetFromUserInput(grid.crs.c_str()) != OGRERR_NONE) return nullptr;
    // A derived geographic CRS (rotated pole) has other degrees.
    if (crs.IsDerivedGeographic() || (!crs.IsProjected() && !crs.IsGeographic())) return nullptr;
    if (crs.IsCompound()) crs.StripVertical();
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    auto ground = std::unique_ptr<Ground>(new Ground);
    ground->geotransform_ = grid.geotransform;
    geod_init(&ground->geodesic_, crs.GetSemiMajor(),
              crs.GetInvFlattening() == 0 ? 0.0 : 1 / crs.GetInvFlattening());
    std::unique_ptr<OGRSpatialReference> geographic(crs.CloneGeogCS());
    if (geographic == nullptr) return nullptr;
    geographic->SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    ground->degrees_per_unit_ = geographic->GetAngularUnits(nullptr) * 180 / std::numbers::pi;
    ground->geographic_ = crs.IsGeographic();
    if (!ground->geographic_) {
      ground->to_geographic_.reset(OGRCreateCoordinateTransformation(&crs, geographic.get()));
      if (ground->to_geographic_ == nullptr) return nullptr;
    }
    return ground;
  }

  /// Whether a pixel's area depends only on its row.
  bool by_row() const { return geographic_ && geotransform_[2] == 0 && geotransform_[4] == 0; }

  /// Area in m² of the square of `side` pixels around the centre of a pixel; NaN where the CRS cannot be
  /// transformed.
  double square(double column, double row, double side, std::size_t points_per_edge) const {
    constexpr std::array<std::array<double, 2>, 5> corners{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}}};
    std::array<double, 4 * kMostPoints> x;
    std::array<double, 4 * kMostPoints> y;
    const std::size_t count = 4 * points_per_edge;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& from = corners[i / points_per_edge];
      const auto& to = corners[i / points_per_edge + 1];
      const double t = static_cast<double>(i % points_per_edge) / static_cast<double>(points_per_edge);
      const double c = column + 0.5 + side / 2 * (from[0] + t * (to[0] - from[0]));
      const double r = row + 0.5 + side / 2 * (from[1] + t * (to[1] - from[1]));
      x[i] = geotransform_[0] + c * geotransform_[1] + r * geotransform_[2];
      y[i] = geotransform_[3] + c * geotransform_[4] + r * geotransform_[5];
    }
    std::array<int, 4 * kMostPoints> ok;
    ok.fill(1);
    if (to_geographic_ != nullptr)
      to_geographic_->Transform(static_cast<int>(count), x.data(), y.data(), nullptr, ok.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (ok[i] == 0 || !std::isfinite(x[i]) || !std::isfinite(y[i]))
        return std::numeric_limits<double>::quiet_NaN();
      x[i] *= degrees_per_unit_;
      y[i] = std::clamp(y[i] * degrees_per_unit_, -90.0, 90.0);
    }
    double area = 0;
    double perimeter = 0;
    geod_polygonarea(&geodesic_, y.data(), x.data(), static_cast<int>(count), &area, &perimeter);
    return std::abs(area);
  }

 private:
  Ground() = default;

  std::array<double, 6> geotransform_{};
  geod_geodesic geodesic_{};
  double degrees_per_unit_ = 1;
  bool geographic_ = false;
  std::unique_ptr<OGRCoordinateTransformation> to_geographic_;
};

std::size_t cells_for(std::int64_t extent, double pixels_per_cell) {
  return static_cast<std::size_t>(std::max(1.0, std::ceil(static_cast<double>(extent) / pixels_per_cell)));
}

}  // namespace

std::unique_ptr<PixelAreas> PixelAreas::make(const Grid& grid) {
  const std::unique_ptr<Ground> ground = Ground::make(grid);
  if (ground == nullptr || grid.extent().empty()) return nullptr;
  const double centre_x = static_cast<double>(grid.width) / 2;
  const double centre_y = static_cast<double>(grid.height) / 2;
  // The approximate side of a pixel, measured twice: the polygon of one pixel may be too small to measure.
  const auto measured_side = [&](double square) {
    const double side = std::sqrt(ground->square(centre_x, centre_y, square, 1)) / square;
    return side > 0 ? side : 1;
  };
  const double side = measured_side(std::ceil(kSquareSide / measured_side(1)));
  const double square = std::max(1.0, std::round(kSquareSide / side));
  const std::size_t points = square * side > kStraight ? kMostPoints : 1;
  const double spacing = std::max(1.0, kNodeDistance / side);

  std::unique_ptr<PixelAreas> areas(new PixelAreas);
  const std::size_t cells_x = ground->by_row() ? 1 : cells_for(grid.width, spacing);
  const std::size_t cells_y = cells_for(grid.height, spacing);
  areas->spacing_x_ = static_cast<double>(grid.width) / static_cast<double>(cells_x);
  areas->spacing_y_ = static_cast<double>(grid.height) / static_cast<double>(cells_y);
  areas->cells_x_ = cells_x;
  areas->nodes_.reserve((cells_x + 1) * (cells_y + 1));
  for (std::size_t y = 0; y <= cells_y; ++y) {
    for (std::size_t x = 0; x <= cells_x; ++x) {
      const double column = static_cast<double>(x) * areas->spacing_x_;
      const double row = static_cast<double>(y) * areas->spacing_y_;
      areas->nodes_.push_back(ground->by_row() && x > 0
                                  ? areas->nodes_.back()
                                  : ground->square(column, row, square, points) / (square * square));
    }
  }
  return areas;
}

double PixelAreas::run(std::int64_t x0, std::int64_t x1, std::int64_t row) const {
  const double y = static_cast<double>(row) / spacing_y_;
  const auto cell_y = static_cast<std::size_t>(y);
  double sum = 0;
  while (x0 < x1) {
    const auto cell = static_cast<std::size_t>(static_cast<double>(x0) / spacing_x_);
    std::int64_t end = x1;
    if (cell + 1 < cells_x_)
      end = std::clamp(static_cast<std::int64_t>(std::ceil(static_cast<double>(cell + 1) * spacing_x_)),
                       x0 + 1, x1);
    // Linear along the row within a cell: the sum is the count times the value in the middle.
    const double middle = 0.5 * static_cast<double>(x0 + end - 1) / spacing_x_ - static_cast<double>(cell);
    const double fy = y - static_cast<double>(cell_y);
    const auto down = [&](std::size_t node) { return std::lerp(at(node, cell_y), at(node, cell_y + 1), fy); };
    sum += static_cast<double>(end - x0) * std::lerp(down(cell), down(cell + 1), middle);
    x0 = end;
  }
  return sum;
}

}  // namespace terramask::geo
