#include "geo/polygon_projection.hpp"

#include <cmath>

#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kBend = 0.1;  // pixels an edge may stray before it is divided
constexpr int kMostDivisions = 12;

std::string layer_crs(const OGRLayer& layer) {
  const OGRSpatialReference* crs = const_cast<OGRLayer&>(layer).GetSpatialRef();
  return crs == nullptr || crs->IsEmpty() ? std::string() : to_wkt(*crs);
}

std::string checked_crs(std::string crs, const std::string& path, const Grid& grid) {
  if (crs.empty()) crs = grid.crs;
  if (grid.crs.empty() && !crs.empty()) {
    throw Error(ErrorCode::mismatch, path + ": is in " + crs_label(crs) + ", the raster has no CRS",
                "assign the raster's with --crs");
  }
  return crs;
}

}  // namespace

PolygonProjection::PolygonProjection(const OGRLayer& layer, const std::string& path, const Grid& grid)
    : PolygonProjection(layer_crs(layer), path, grid) {}

PolygonProjection::PolygonProjection(const std::string& crs, const std::string& path, const Grid& grid)
    : path_(path), grid_(grid), transform_(checked_crs(crs, path, grid), grid.crs) {}

void PolygonProjection::add(const OGRGeometry& geometry, Polygons& polygons) const {
  if (wkbFlatten(geometry.getGeometryType()) == wkbPolygon) {
    const OGRPolygon& polygon = *geometry.toPolygon();
    if (polygon.IsEmpty()) return;
    polygons.begin_polygon();
    for (const OGRLinearRing* ring : polygon) add_ring(*ring, polygons);
  } else if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection) != 0) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) add(*part, polygons);
  }
}

Point PolygonProjection::to_pixel(double x, double y) const {
  transform_.apply(std::span(&x, 1), std::span(&y, 1));
  return checked_pixel(x, y);
}

Point PolygonProjection::checked_pixel(double x, double y) const {
  const auto p = grid_.to_pixel(x, y);
  if (!std::isfinite(p[0]) || !std::isfinite(p[1])) {
    throw Error(ErrorCode::mismatch,
                path_ + ": has a point with no place in the raster's CRS, " + crs_label(grid_.crs),
                "cut the polygons to the raster's surroundings first");
  }
  return {p[0], p[1]};
}

void PolygonProjection::add_edge(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa,
                                 const Point& pb, int division) const {
  const Point middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
  if (!transform_.identity() && std::hypot(b.x - a.x, b.y - a.y) >= straight_ && division < kMostDivisions &&
      std::hypot(pb.x - pa.x, pb.y - pa.y) > 1) {
    const Point pm = to_pixel(middle.x, middle.y);
    if (std::hypot(pm.x - (pa.x + pb.x) / 2, pm.y - (pa.y + pb.y) / 2) > kBend) {
      add_edge(out, a, middle, pa, pm, division + 1);
      add_edge(out, middle, b, pm, pb, division + 1);
      return;
    }
  }
  out.push_back(pb);
}

void PolygonProjection::add_ring(const OGRLinearRing& ring, Polygons& polygons) const {
  const auto count = static_cast<std::size_t>(ring.getNumPoints());
  if (count < 3) return;
  std::vector<double> x(count), y(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = ring.getX(static_cast<int>(i));
    y[i] = ring.getY(static_cast<int>(i));
  }
  std::vector<double> to_x = x, to_y = y;
  transform_.apply(to_x, to_y);
  std::vector<Point> points;
  Point last{x[count - 1], y[count - 1]};
  Point last_pixel = checked_pixel(to_x[count - 1], to_y[count - 1]);
  for (std::size_t i = 0; i < count; ++i) {
    const Point next{x[i], y[i]};
    const Point pixel = checked_pixel(to_x[i], to_y[i]);
    if (next.x == last.x && next.y == last.y) {
      points.push_back(pixel);
    } else {
      add_edge(points, last, next, last_pixel, pixel, 0);
    }
    last = next;
    last_pixel = pixel;
  }
  polygons.add_ring(points);
}

}  // namespace terramask::geo
