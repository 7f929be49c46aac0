#include "geo/base/polygon_projection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "geo/base/gdal_support.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kBend = 0.1;  // maximum deviation of an edge in pixels before it is divided
constexpr int kMostDivisions = 12;
constexpr int kHorizonSteps = 24;
constexpr double kMargin = 20'000;  // metres: more than the widths drawn around shapes

std::string checked_crs(std::string crs, const std::string& path, const Grid& grid) {
  if (crs.empty()) crs = grid.crs;
  if (grid.crs.empty() && !crs.empty()) {
    throw Error(ErrorCode::mismatch, path + ": is in " + crs_label(crs) + ", the raster has no CRS",
                "assign the raster's with `crs`");
  }
  return crs;
}

/// Five degrees, or 500 km, in units of a CRS.
double long_edge(const std::string& wkt) {
  constexpr double degrees = 5, metres = 5e5;
  OGRSpatialReference crs;
  const GdalErrors quiet;
  if (wkt.empty() || crs.importFromWkt(wkt.c_str()) != OGRERR_NONE) return metres;
  return crs.IsGeographic() != 0 ? degrees * std::numbers::pi / 180 / crs.GetAngularUnits(nullptr)
                                 : metres / crs.GetLinearUnits();
}

bool has_place(const Point& pixel) {
  return std::isfinite(pixel.x) && std::isfinite(pixel.y);
}

std::vector<Point> points_of(const OGRSimpleCurve& line) {
  std::vector<Point> points;
  points.reserve(static_cast<std::size_t>(line.getNumPoints()));
  for (int i = 0; i < line.getNumPoints(); ++i) points.push_back({line.getX(i), line.getY(i)});
  return points;
}

}  // namespace

PolygonProjection::PolygonProjection(const std::string& crs, const std::string& path, const Grid& grid)
    : grid_(grid),
      transform_(checked_crs(crs, path, grid), grid.crs),
      surroundings_(crs, grid, kMargin),
      grid_wrap_(transform_.identity() ? Wrap{} : wrap_of(grid.crs)),
      grid_middle_(
          grid.to_world(static_cast<double>(grid.width) / 2, static_cast<double>(grid.height) / 2)[0]),
      long_edge_(long_edge(crs)) {}

void PolygonProjection::add(const OGRGeometry& geometry, Polygons& polygons) const {
  const std::uint64_t before = cut_off_;
  if (const std::unique_ptr<OGRGeometry> brought = surroundings_.bring(geometry)) {
    add_brought(*brought, polygons);
    if (brought->IsEmpty() && geometry.getDimension() == 2 && !geometry.IsEmpty()) polygons.begin_polygon();
  } else {
    add_brought(geometry, polygons);
  }
  if (cut_off_ > before) cut_off_ = before + 1;
}

void PolygonProjection::add_lines(const OGRGeometry& geometry, Polygons& polygons) const {
  const std::uint64_t before = cut_off_;
  const std::unique_ptr<OGRGeometry> brought = surroundings_.bring(geometry);
  add_brought_lines(brought ? *brought : geometry, polygons);
  if (cut_off_ > before) cut_off_ = before + 1;
}

void PolygonProjection::add_brought(const OGRGeometry& geometry, Polygons& polygons) const {
  if (wkbFlatten(geometry.getGeometryType()) == wkbPolygon) {
    const OGRPolygon& polygon = *geometry.toPolygon();
    if (polygon.IsEmpty()) return;
    polygons.begin_polygon();
    for (const OGRLinearRing* ring : polygon) add_ring(points_of(*ring), polygons);
  } else if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection) != 0) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) add_brought(*part, polygons);
  }
}

void PolygonProjection::add_brought_lines(const OGRGeometry& geometry, Polygons& polygons) const {
  const auto type = wkbFlatten(geometry.getGeometryType());
  if (type == wkbLineString) {
    std::vector<Point> ring = points_of(*geometry.toLineString());
    const std::vector<Point> back(ring.rbegin(), ring.rend());
    ring.insert(ring.end(), back.begin(), back.end());
    polygons.begin_polygon();
    add_ring(std::move(ring), polygons);
  } else if (type == wkbPoint) {
    const OGRPoint& point = *geometry.toPoint();
    if (point.IsEmpty()) return;
    const auto pixel = to_pixel(point.getX(), point.getY());
    if (!pixel) {
      ++cut_off_;
      return;
    }
    polygons.begin_polygon();
    polygons.add_ring(std::array{*pixel});
  } else if (OGR_GT_IsSubClassOf(type, wkbGeometryCollection) != 0) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) add_brought_lines(*part, polygons);
  }
}

std::optional<Point> PolygonProjection::to_pixel(double x, double y) const {
  double to_x = x, to_y = y;
  if (transform_.identity() && surroundings_.wrap().period > 0 && surroundings_.box()) {
    const Box& box = *surroundings_.box();
    const double period = surroundings_.wrap().period;
    to_x -= period * std::round((x - (box.left + box.right) / 2) / period);
    if (box.holds(Point{x, y})) to_x = x;
  }
  const Point pixel = pixel_at({to_x, to_y});
  if (!std::isfinite(pixel.x) || !std::isfinite(pixel.y)) return std::nullopt;
  // Points on the other side of the Earth may be projected among those of this side.
  const bool inside = pixel.x >= 0 && pixel.y >= 0 && pixel.x < static_cast<double>(grid_.width) &&
                      pixel.y < static_cast<double>(grid_.height);
  if (inside && !surroundings_.meets(Box{x, y, x, y})) return std::nullopt;
  return pixel;
}

Point PolygonProjection::pixel_of(double x, double y) const {
  // For a grid across its CRS's seam, x continues beyond the seam.
  const double turns = grid_wrap_.period > 0 ? (x - grid_middle_) / grid_wrap_.period : 0;
  if (std::abs(turns) > 0.5 + 1e-9) x -= grid_wrap_.period * std::round(turns);
  const auto p = grid_.to_pixel(x, y);
  return {p[0], p[1]};
}

Point PolygonProjection::pixel_at(Point place) const {
  transform_.apply(std::span(&place.x, 1), std::span(&place.y, 1));
  return pixel_of(place.x, place.y);
}

std::vector<Point> PolygonProjection::transformed(const std::vector<Point>& points) const {
  std::vector<double> x, y;
  x.reserve(points.size());
  y.reserve(points.size());
  for (const Point& point : points) {
    x.push_back(point.x);
    y.push_back(point.y);
  }
  transform_.apply(x, y);
  std::vector<Point> pixels;
  pixels.reserve(points.size());
  for (std::size_t i = 0; i < x.size(); ++i) pixels.push_back(pixel_of(x[i], y[i]));
  return pixels;
}

void PolygonProjection::add_edge(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa,
                                 const Point& pb, int division) const {
  const Point middle{(a.x + b.x) / 2, (a.y + b.y) / 2};
  if (!transform_.identity() && std::hypot(b.x - a.x, b.y - a.y) >= straight_ && division < kMostDivisions &&
      std::hypot(pb.x - pa.x, pb.y - pa.y) > 1) {
    const Point pm = pixel_at(middle);
    if (has_place(pm) && std::hypot(pm.x - (pa.x + pb.x) / 2, pm.y - (pa.y + pb.y) / 2) > kBend) {
      add_edge(out, a, middle, pa, pm, division + 1);
      add_edge(out, middle, b, pm, pb, division + 1);
      return;
    }
  }
  out.push_back(pb);
}

/// Adds an edge with an end that may have no image.
void PolygonProjection::add_visible(std::vector<Point>& out, const Point& a, const Point& b, const Point& pa,
                                    const Point& pb) const {
  if (has_place(pa) && has_place(pb)) {
    add_edge(out, a, b, pa, pb, 0);
  } else if (has_place(pa)) {
    add_horizon(out, a, b);
  } else if (has_place(pb)) {
    add_horizon(out, b, a);
    out.push_back(pb);
  }
}

/// Divides an edge so long that its midpoint does not represent it.
void PolygonProjection::add_long_edge(std::vector<Point>& out, const Point& a, const Point& b,
                                      const Point& pa, const Point& pb) const {
  constexpr double most_parts = 1e4;
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  const int parts = transform_.identity() || !(length > long_edge_)
                        ? 1
                        : static_cast<int>(std::min(length / long_edge_, most_parts)) + 1;
  Point last = a, last_pixel = pa;
  for (int part = 1; part <= parts; ++part) {
    const double along = static_cast<double>(part) / parts;
    const Point next = part == parts ? b : Point{a.x + along * (b.x - a.x), a.y + along * (b.y - a.y)};
    const Point pixel = part == parts ? pb : pixel_at(next);
    add_visible(out, last, next, last_pixel, pixel);
    last = next;
    last_pixel = pixel;
  }
}

/// Adds the last point that can be transformed on the way to one that cannot.
void PolygonProjection::add_horizon(std::vector<Point>& out, Point inside, Point outside) const {
  for (int step = 0; step < kHorizonSteps; ++step) {
    const Point middle{(inside.x + outside.x) / 2, (inside.y + outside.y) / 2};
    (has_place(pixel_at(middle)) ? inside : outside) = middle;
  }
  out.push_back(pixel_at(inside));
}

void PolygonProjection::add_ring(std::vector<Point> ring, Polygons& polygons) const {
  if (ring.size() < 3) return;
  const std::vector<Point> pixels = transformed(ring);
  std::vector<Point> points;
  Point last = ring.back(), last_pixel = pixels.back();
  bool cut = false;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    cut = cut || !has_place(pixels[i]);
    if (ring[i].x == last.x && ring[i].y == last.y) {
      if (has_place(pixels[i])) points.push_back(pixels[i]);
    } else {
      add_long_edge(points, last, ring[i], last_pixel, pixels[i]);
    }
    last = ring[i];
    last_pixel = pixels[i];
  }
  cut_off_ += cut ? 1 : 0;
  if (!points.empty()) polygons.add_ring(points);
}

std::optional<std::string> cut_off_warning(const std::string& path, std::uint64_t shapes, const Grid& grid) {
  if (shapes == 0) return std::nullopt;
  return fmt::format("{}: {} to where {} has no place; what lies there is left out", path,
                     shapes == 1 ? std::string("1 shape reaches") : fmt::format("{} shapes reach", shapes),
                     crs_label(grid.crs));
}

}  // namespace terramask::geo
