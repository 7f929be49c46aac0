#include "geo/zone_layer.hpp"

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <memory>

#include "geo/crs.hpp"
#include "geo/gdal_support.hpp"
#include "geo/polygon_projection.hpp"
#include "geo/vector_layer.hpp"

namespace terramask::geo {
namespace {

/// The grid's box in the layer's CRS, a little larger: what lies outside needs no transformation, and may
/// have none.
class Surroundings {
 public:
  Surroundings(const Grid& grid, const std::string& crs) {
    const auto width = static_cast<double>(grid.width), height = static_cast<double>(grid.height);
    for (const double column : {0.0, width})
      for (const double row : {0.0, height}) {
        const auto world = grid.to_world(column, row);
        OGREnvelope point;
        point.MinX = point.MaxX = world[0];
        point.MinY = point.MaxY = world[1];
        box_.Merge(point);
      }
    if (crs.empty() || same_crs(crs, grid.crs)) {
      known_ = true;
      return;
    }
    OGRSpatialReference from, to;
    from.SetFromUserInput(grid.crs.c_str());
    to.SetFromUserInput(crs.c_str());
    from.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    to.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    const GdalErrors silence;  // a box that cannot be had keeps all zones
    const std::unique_ptr<OGRCoordinateTransformation> way(OGRCreateCoordinateTransformation(&from, &to));
    OGREnvelope there;
    known_ = way != nullptr && way->TransformBounds(box_.MinX, box_.MinY, box_.MaxX, box_.MaxY, &there.MinX,
                                                    &there.MinY, &there.MaxX, &there.MaxY, 21) != FALSE;
    // East of it is west of it where the box spans the date line.
    if (known_ && there.MinX > there.MaxX) {
      there.MinX = -180;
      there.MaxX = 180;
    }
    box_ = there;
    const double margin = 0.05 * std::max(box_.MaxX - box_.MinX, box_.MaxY - box_.MinY);
    box_.MinX -= margin;
    box_.MinY -= margin;
    box_.MaxX += margin;
    box_.MaxY += margin;
  }

  bool meets(const OGRGeometry& geometry) const {
    if (!known_) return true;
    OGREnvelope envelope;
    geometry.getEnvelope(&envelope);
    return envelope.Intersects(box_);
  }

 private:
  OGREnvelope box_;
  bool known_ = false;
};

bool has_polygons(const OGRGeometry& geometry) {
  const OGRwkbGeometryType type = wkbFlatten(geometry.getGeometryType());
  if (type == wkbPolygon || type == wkbMultiPolygon) return geometry.IsEmpty() == FALSE;
  if (OGR_GT_IsSubClassOf(type, wkbGeometryCollection) == 0) return false;
  const OGRGeometryCollection& parts = *geometry.toGeometryCollection();
  return std::any_of(parts.begin(), parts.end(), [](const OGRGeometry* part) { return has_polygons(*part); });
}

bool is_valid(const OGRGeometry& geometry) {
  const GdalErrors silence;  // GEOS says why as a warning
  return geometry.IsValid() != FALSE;
}

Zone make_zone(const OGRGeometry* geometry, const PolygonProjection& projection, const Surroundings& near) {
  Zone zone;
  const std::unique_ptr<OGRGeometry> straight(geometry == nullptr ? nullptr : geometry->getLinearGeometry());
  if (straight == nullptr || !has_polygons(*straight)) {
    zone.empty = true;
    return zone;
  }
  zone.invalid = !is_valid(*straight);
  if (!near.meets(*straight)) return zone;
  projection.add(*straight, zone.polygons);
  if (!zone.polygons.empty()) zone.bounds = zone.polygons.bounds();
  return zone;
}

}  // namespace

ZoneLayer read_zones(const ZoneLayerOptions& options, const Grid& grid, const std::string& grid_name,
                     const StopFlag* stop) {
  if (!grid.has_geotransform)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: cannot be laid over {}, which has no georeferencing", options.path, grid_name),
        "georeference it with `gdal_edit.py -a_srs ... -a_ullr ...`");
  const DatasetPtr dataset = open_vector(options.path);
  OGRLayer& layer = find_layer(*dataset, options.path, options.layer);
  const LayerPlace place = place_layer(layer, options.path, grid);
  ZoneLayer found{options.path, layer.GetName(), options.id_field.empty() ? "zone" : options.id_field,
                  place.crs,    place.note,      {}};
  const int id = options.id_field.empty() ? -1 : find_field(layer, options.path, options.id_field, "--id");
  GdalErrors errors;
  const PolygonProjection projection(found.crs, options.path, grid);
  const Surroundings near(grid, found.crs);
  layer.ResetReading();
  while (const OGRFeatureUniquePtr feature{layer.GetNextFeature()}) {
    if (stop != nullptr) stop->check();
    Zone zone = make_zone(feature->GetGeometryRef(), projection, near);
    zone.id = id < 0 ? std::to_string(feature->GetFID()) : feature->GetFieldAsString(id);
    found.zones.push_back(std::move(zone));
  }
  if (errors.failed()) throw errors.error(ErrorCode::io, options.path, "reading failed", "copy it again");
  const auto empty =
      std::count_if(found.zones.begin(), found.zones.end(), [](const Zone& z) { return z.empty; });
  if (empty == static_cast<std::ptrdiff_t>(found.zones.size()))
    throw Error(ErrorCode::mismatch, options.path + ": holds no polygon", "name a layer of polygons");
  return found;
}

}  // namespace terramask::geo
