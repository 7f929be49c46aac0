#include "geo/base/lon_lat.hpp"

#include <ogr_geometry.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "geo/base/crs.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

using Ring = LonLatPlace::Ring;

/// Nine decimals are a tenth of a millimetre.
double rounded(double degrees) {
  return std::round(degrees * 1e9) / 1e9;
}

/// The window's outline, closed; empty if it is not tied to the Earth.
Ring outline(const Grid& grid, const Window& window, int steps) {
  std::vector<double> x, y;
  const auto w = static_cast<double>(window.width), h = static_cast<double>(window.height);
  for (int i = 0; i <= 4 * steps; ++i) {
    const double along = static_cast<double>(i % steps) / steps;
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
  Ring ring;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) return {};
    ring.push_back({rounded(x[i]), rounded(y[i])});
  }
  return ring;
}

/// Makes longitudes continuous, from -180 on. A ring once around the Earth is closed via the pole that it
/// surrounds.
void unroll(Ring& ring) {
  for (std::size_t i = 1; i < ring.size(); ++i)
    ring[i][0] -= 360 * std::round((ring[i][0] - ring[i - 1][0]) / 360);
  if (std::abs(ring.back()[0] - ring.front()[0]) > 180) {
    double sum = 0;
    for (const auto& point : ring) sum += point[1];
    const double pole = sum > 0 ? 90 : -90;
    ring.push_back({ring.back()[0], pole});
    ring.push_back({ring.front()[0], pole});
    ring.push_back(ring.front());
  }
  const double west = (*std::min_element(ring.begin(), ring.end()))[0];
  const double turns = 360 * std::floor((west + 180) / 360);
  for (auto& point : ring) point[0] -= turns;
}

void turn_counterclockwise(Ring& ring) {
  double twice = 0;
  for (std::size_t i = 1; i < ring.size(); ++i)
    twice += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  if (twice < 0) std::reverse(ring.begin(), ring.end());
}

OGRPolygon polygon_of(const Ring& ring) {
  OGRLinearRing line;
  for (const auto& point : ring) line.addPoint(point[0], point[1]);
  OGRPolygon polygon;
  polygon.addRing(&line);
  return polygon;
}

Ring rectangle(double west, double south, double east, double north) {
  return {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
}

void add_polygons(const OGRGeometry& geometry, double shift, std::vector<Ring>& rings) {
  if (wkbFlatten(geometry.getGeometryType()) == wkbPolygon) {
    Ring ring;
    for (const OGRPoint& point : *geometry.toPolygon()->getExteriorRing())
      ring.push_back({rounded(point.getX() - shift), rounded(point.getY())});
    turn_counterclockwise(ring);
    if (ring.size() > 3) rings.push_back(std::move(ring));
  } else if (OGR_GT_IsSubClassOf(wkbFlatten(geometry.getGeometryType()), wkbGeometryCollection)) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) add_polygons(*part, shift, rings);
  }
}

/// Cuts an unrolled ring at the 180th meridian.
std::vector<Ring> cut_at_180(const Ring& ring, const std::array<double, 4>& box) {
  const OGRPolygon whole = polygon_of(ring);
  std::vector<Ring> rings;
  for (double shift = 0; box[2] > shift - 180; shift += 360) {
    const OGRPolygon turn = polygon_of(rectangle(shift - 180, -90, shift + 180, 90));
    const std::unique_ptr<OGRGeometry> part(whole.Intersection(&turn));
    if (part) add_polygons(*part, shift, rings);
  }
  return rings;
}

}  // namespace

std::optional<LonLatPlace> lon_lat_place(const Grid& grid, const Window& window, int steps) {
  if (grid.crs.empty() || !grid.has_geotransform) return std::nullopt;
  Ring ring = outline(grid, window, steps);
  if (ring.empty()) return std::nullopt;
  unroll(ring);
  LonLatPlace place;
  std::array<double, 4>& box = place.box;
  box = {ring[0][0], ring[0][1], ring[0][0], ring[0][1]};
  for (const auto& point : ring)
    box = {std::min(box[0], point[0]), std::min(box[1], point[1]), std::max(box[2], point[0]),
           std::max(box[3], point[1])};
  if (box[2] <= 180) {
    turn_counterclockwise(ring);
    place.rings.push_back(std::move(ring));
    return place;
  }
  place.rings = cut_at_180(ring, box);
  if (box[2] - box[0] >= 360)
    box = {-180, box[1], 180, box[3]};
  else
    box[2] = rounded(box[2] - 360);
  return place;
}

int epsg_code(const std::string& wkt) {
  const std::string label = crs_label(wkt);
  return label.starts_with("EPSG:") ? std::atoi(label.c_str() + 5) : 0;
}

}  // namespace terramask::geo
