#include "geo/vector/feature_painter.hpp"

#include "geo/base/line_parts.hpp"

namespace terramask::geo {

FeaturePainter::FeaturePainter(const std::string& crs, const std::string& path, const Grid& grid,
                               LevelRaster& raster)
    : crs_(crs), path_(path), grid_(grid), raster_(raster), projection_(crs, path, grid) {}

GroundPlane& FeaturePainter::plane() {
  if (!plane_) plane_.emplace(crs_, path_, grid_);
  return *plane_;
}

std::uint64_t FeaturePainter::paint(const OGRGeometry& geometry, const FeatureStyle& style) {
  const GdalErrors quiet;
  std::unique_ptr<OGRGeometry> straight(geometry.getLinearGeometry());
  if (!straight || straight->IsEmpty()) return 0;
  if (straight->getDimension() == 1 && !style.gaps.empty()) straight = without_edges(*straight, style.gaps);
  const auto cut = style.width_m > 0 || style.ring_m > 0 ? Surroundings::Cut::close : Surroundings::Cut::far;
  bool valid = straight->getDimension() != 2;
  if (std::unique_ptr<OGRGeometry> brought = projection_.surroundings().bring(*straight, cut)) {
    valid = valid || straight->IsValid() != 0;  // clipped shapes may overlap themselves along the cut
    straight = std::move(brought);
  }
  if (straight->getDimension() == 1 && near_) straight = edges_near(*straight, *near_);
  if (straight->IsEmpty()) return 0;
  if (!valid && straight->IsValid() == 0) {
    straight.reset(straight->MakeValid());
    ++repaired_;
    if (!straight) return 0;
  }
  Polygons polygons;
  if (style.width_m > 0) {
    plane().add_buffer(*straight, style.width_m / 2, polygons);
  } else {
    projection_.add(*straight, polygons);
    if (style.touched) projection_.add_lines(*straight, polygons);
  }
  if (style.ring_m > 0) {
    Polygons ring;
    plane().add_buffer(*straight, style.width_m / 2 + style.ring_m, ring);
    raster_.paint(ring, style.touched, style.ring_level);
  }
  return polygons.empty() ? 0 : raster_.paint(polygons, style.touched, style.level);
}

}  // namespace terramask::geo
