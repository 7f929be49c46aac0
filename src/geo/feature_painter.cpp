#include "geo/feature_painter.hpp"

#include "geo/line_parts.hpp"

namespace terramask::geo {
namespace {

/// Lines as polygons without an area, whose edges touch pixels.
void add_lines(const PolygonProjection& projection, const OGRGeometry& geometry, Polygons& polygons) {
  const auto type = wkbFlatten(geometry.getGeometryType());
  if (type == wkbLineString) {
    OGRLinearRing ring;
    ring.addSubLineString(geometry.toLineString());
    const std::unique_ptr<OGRLineString> back(geometry.toLineString()->clone());
    back->reversePoints();
    ring.addSubLineString(back.get());
    OGRPolygon polygon;
    polygon.addRing(&ring);
    projection.add(polygon, polygons);
  } else if (type == wkbPoint) {
    const OGRPoint& point = *geometry.toPoint();
    if (point.IsEmpty()) return;
    const Point pixel = projection.to_pixel(point.getX(), point.getY());
    polygons.begin_polygon();
    polygons.add_ring(std::array{pixel});
  } else if (OGR_GT_IsSubClassOf(type, wkbGeometryCollection) != 0) {
    for (const OGRGeometry* part : *geometry.toGeometryCollection()) add_lines(projection, *part, polygons);
  }
}

}  // namespace

FeaturePainter::FeaturePainter(const std::string& crs, const std::string& path, const Grid& grid,
                               RankRaster& raster)
    : crs_(crs), path_(path), grid_(grid), raster_(raster), projection_(crs, path, grid) {}

GroundPlane& FeaturePainter::plane() {
  if (!plane_) plane_.emplace(crs_, path_, grid_);
  return *plane_;
}

std::uint64_t FeaturePainter::paint(const OGRGeometry& geometry, const FeatureStyle& style) {
  const GdalErrors quiet;
  std::unique_ptr<OGRGeometry> straight(geometry.getLinearGeometry());
  if (!straight || straight->IsEmpty()) return 0;
  if (straight->getDimension() == 1) {
    if (!style.gaps.empty()) straight = without_edges(*straight, style.gaps);
    if (near_) straight = edges_near(*straight, *near_);
    if (straight->IsEmpty()) return 0;
  }
  if (straight->getDimension() == 2 && straight->IsValid() == 0) {
    straight.reset(straight->MakeValid());
    ++repaired_;
    if (!straight) return 0;
  }
  Polygons polygons;
  if (style.width_m > 0) {
    plane().add_buffer(*straight, style.width_m / 2, polygons);
  } else {
    projection_.add(*straight, polygons);
    if (style.touched) add_lines(projection_, *straight, polygons);
  }
  if (style.ring_m > 0) {
    Polygons ring;
    plane().add_buffer(*straight, style.width_m / 2 + style.ring_m, ring);
    raster_.paint(ring, style.touched, style.ring_rank);
  }
  return polygons.empty() ? 0 : raster_.paint(polygons, style.touched, style.rank);
}

}  // namespace terramask::geo
