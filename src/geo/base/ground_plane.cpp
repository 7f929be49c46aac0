#include "geo/base/ground_plane.hpp"

#include <cmath>

#include "geo/base/gdal_support.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kSpacing = 0.5;       // degrees between the centres of planes
constexpr double kLongEdge = 500;      // metres: longer edges are divided, as they are curved in the plane
constexpr double kStraightEdge = 200;  // metres: curved by 4 mm in degrees at 78 N
constexpr int kQuarterSegments = 16;   // of a circle: the radius is at most 0.1% too small
constexpr std::size_t kMostPlanes = 256;

std::string checked(const std::string& crs, const std::string& path, const Grid& grid) {
  if (grid.crs.empty())
    throw Error(ErrorCode::mismatch, path + ": cannot be buffered in metres: the image has no CRS",
                "assign one with `crs`");
  return crs.empty() ? grid.crs : crs;
}

CrsTransform geographic(const std::string& crs, const std::string& path) {
  try {
    return CrsTransform::to_geographic(crs);
  } catch (const Error&) {
    throw Error(ErrorCode::mismatch,
                path + ": cannot be buffered in metres: " + crs_label(crs) + " has no place on Earth",
                "bring it to a CRS of the Earth with ogr2ogr");
  }
}

/// Projects a geometry, dividing long edges.
class ToPlane final : public OGRDefaultGeometryVisitor {
  using OGRDefaultGeometryVisitor::visit;

 public:
  explicit ToPlane(const CrsTransform& transform) : transform_(transform) {}

  void visit(OGRPoint* point) override {
    double x = point->getX(), y = point->getY();
    transform_.apply(std::span(&x, 1), std::span(&y, 1));
    point->setX(x);
    point->setY(y);
    lost_ = lost_ || !std::isfinite(x);
  }
  void visit(OGRLineString* line) override { project(*line); }
  void visit(OGRLinearRing* ring) override { project(*ring); }

  bool lost() const { return lost_; }

 private:
  void project(OGRSimpleCurve& curve) {
    const int count = curve.getNumPoints();
    if (count == 0) return;
    x_.clear(), y_.clear();
    for (int i = 0; i < count; ++i) x_.push_back(curve.getX(i)), y_.push_back(curve.getY(i));
    px_ = x_, py_ = y_;
    transform_.apply(px_, py_);
    if (divide()) {
      px_ = x_, py_ = y_;
      transform_.apply(px_, py_);
    }
    for (const double x : px_) lost_ = lost_ || !std::isfinite(x);
    curve.setPoints(static_cast<int>(px_.size()), px_.data(), py_.data());
  }

  bool divide() {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      if (i > 0) {
        const double length = std::hypot(px_[i] - px_[i - 1], py_[i] - py_[i - 1]);
        const int parts = length > kLongEdge && length < 1e8 ? static_cast<int>(length / kLongEdge) + 1 : 1;
        for (int part = 1; part < parts; ++part) {
          const double along = static_cast<double>(part) / parts;
          x.push_back(x_[i - 1] + along * (x_[i] - x_[i - 1]));
          y.push_back(y_[i - 1] + along * (y_[i] - y_[i - 1]));
        }
      }
      x.push_back(x_[i]);
      y.push_back(y_[i]);
    }
    if (x.size() == x_.size()) return false;
    x_.swap(x);
    y_.swap(y);
    return true;
  }

  const CrsTransform& transform_;
  std::vector<double> x_, y_, px_, py_;
  bool lost_ = false;
};

}  // namespace

GroundPlane::GroundPlane(const std::string& crs, const std::string& path, const Grid& grid)
    : crs_(checked(crs, path, grid)), path_(path), grid_(grid), geographic_(geographic(crs_, path)) {
  OGRSpatialReference own;
  own.importFromWkt(crs_.c_str());
  const bool degrees =
      std::abs(own.GetAngularUnits(nullptr) - M_PI / 180) < 1e-12 && own.GetPrimeMeridian(nullptr) == 0;
  if (!degrees || ellipsoid_.CopyGeogCSFrom(&own) != OGRERR_NONE) ellipsoid_.SetWellKnownGeogCS("WGS84");
}

GroundPlane::Plane& GroundPlane::plane_around(const OGRGeometry& geometry) {
  OGREnvelope box;
  geometry.getEnvelope(&box);
  double x = (box.MinX + box.MaxX) / 2, y = (box.MinY + box.MaxY) / 2;
  geographic_.apply(std::span(&x, 1), std::span(&y, 1));
  if (!std::isfinite(x) || !std::isfinite(y) || std::abs(y) > 90)
    throw Error(ErrorCode::mismatch, path_ + ": has a feature with no place on Earth",
                "correct its coordinates or its CRS");
  const std::pair key{static_cast<int>(std::floor(x / kSpacing)), static_cast<int>(std::floor(y / kSpacing))};
  std::unique_ptr<Plane>& plane = planes_[key];
  if (plane) return *plane;
  if (planes_.size() > kMostPlanes) {
    planes_.clear();
    return plane_around(geometry);
  }
  OGRSpatialReference projected;
  projected.CopyGeogCSFrom(&ellipsoid_);
  projected.SetTM((key.second + 0.5) * kSpacing, (key.first + 0.5) * kSpacing, 1, 0, 0);
  const std::string wkt = to_wkt(projected);
  plane.reset(new Plane{CrsTransform(crs_, wkt), PolygonProjection(wkt, path_, grid_)});
  plane->to_grid.take_for_straight(kStraightEdge);
  return *plane;
}

void GroundPlane::add_buffer(const OGRGeometry& geometry, double metres, Polygons& polygons) {
  if (geometry.IsEmpty()) return;
  const Plane& plane = plane_around(geometry);
  const std::unique_ptr<OGRGeometry> flat(geometry.clone());
  flat->flattenTo2D();
  ToPlane projection(plane.to_plane);
  flat->accept(&projection);
  if (projection.lost()) {
    ++lost_;
    return;
  }
  const GdalErrors quiet;
  const std::unique_ptr<OGRGeometry> wide(flat->Buffer(metres, kQuarterSegments));
  if (wide) plane.to_grid.add(*wide, polygons);
}

}  // namespace terramask::geo
