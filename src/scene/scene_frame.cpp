#include "scene/scene_frame.hpp"

#include <ogr_spatialref.h>

#include <memory>

#include "geo/base/gdal_support.hpp"

namespace terramask::scene {
namespace {

struct FreeTransform {
  void operator()(OGRCoordinateTransformation* transform) const {
    OGRCoordinateTransformation::DestroyCT(transform);
  }
};

[[noreturn]] void refuse_place(int epsg) {
  throw Error(ErrorCode::usage,
              "EPSG:" + std::to_string(epsg) + ": the scene lies outside the CRS's area of use",
              "choose another origin");
}

OGRSpatialReference reference(int epsg) {
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (crs.importFromEPSG(epsg) != OGRERR_NONE)
    throw Error(ErrorCode::usage, "EPSG:" + std::to_string(epsg) + ": no such CRS",
                "choose a UTM zone such as EPSG:32633");
  return crs;
}

}  // namespace

SceneFrame::SceneFrame(const SceneOptions& options)
    : left_(options.origin_x),
      bottom_(options.origin_y - static_cast<double>(options.height) * options.pixel_size_m),
      epsg_(options.epsg) {
  geo::GdalErrors errors;
  const OGRSpatialReference crs = reference(epsg_);
  if (crs.IsProjected() == 0 || std::abs(crs.GetLinearUnits() - 1) > 1e-9)
    throw Error(ErrorCode::usage, "EPSG:" + std::to_string(epsg_) + ": not a projected CRS in metres",
                "choose a UTM zone such as EPSG:32633");
  char* text = nullptr;
  const std::array<const char*, 2> wkt2{"FORMAT=WKT2_2019", nullptr};
  crs.exportToWkt(&text, wkt2.data());
  const std::unique_ptr<char, decltype(&VSIFree)> owned(text, VSIFree);
  wkt_ = owned.get();
  const double right = static_cast<double>(options.width) * options.pixel_size_m;
  const double top = static_cast<double>(options.height) * options.pixel_size_m;
  // Far outside its area of use a projection still gives numbers, but they do not lead back.
  const Line corners{{0, 0}, {right, top}};
  const std::vector<Point> degrees = geographic(corners);
  const OGRSpatialReference world = reference(4326);
  const std::unique_ptr<OGRCoordinateTransformation, FreeTransform> back(
      OGRCreateCoordinateTransformation(&world, &crs));
  for (std::size_t i = 0; i < corners.size(); ++i) {
    Point p = degrees[i];
    if (back == nullptr || back->Transform(1, &p.x, &p.y) == 0 || !(length(p - projected(corners[i])) < 0.01))
      refuse_place(epsg_);
  }
}

std::vector<Point> SceneFrame::geographic(const Line& line) const {
  geo::GdalErrors errors;
  const OGRSpatialReference from = reference(epsg_), to = reference(4326);
  const std::unique_ptr<OGRCoordinateTransformation, FreeTransform> transform(
      OGRCreateCoordinateTransformation(&from, &to));
  std::vector<double> x, y;
  for (const Point& p : line) {
    const Point there = projected(p);
    x.push_back(there.x);
    y.push_back(there.y);
  }
  std::vector<int> ok(line.size());
  const auto count = static_cast<int>(line.size());
  const bool done =
      transform != nullptr && transform->Transform(count, x.data(), y.data(), nullptr, ok.data()) != 0;
  std::vector<Point> degrees;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!done || ok[i] == 0 || !(std::abs(x[i]) <= 180) || !(std::abs(y[i]) <= 90)) refuse_place(epsg_);
    degrees.push_back({x[i], y[i]});
  }
  return degrees;
}

}  // namespace terramask::scene
