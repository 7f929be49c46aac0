#include "geo/vector/zone_layer.hpp"

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <memory>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/polygon_projection.hpp"
#include "geo/files/open.hpp"
#include "geo/vector/vector_layer.hpp"

namespace terramask::geo {
namespace {

bool has_polygons(const OGRGeometry& geometry) {
  const OGRwkbGeometryType type = wkbFlatten(geometry.getGeometryType());
  if (type == wkbPolygon || type == wkbMultiPolygon) return geometry.IsEmpty() == FALSE;
  if (OGR_GT_IsSubClassOf(type, wkbGeometryCollection) == 0) return false;
  const OGRGeometryCollection& parts = *geometry.toGeometryCollection();
  return std::any_of(parts.begin(), parts.end(), [](const OGRGeometry* part) { return has_polygons(*part); });
}

bool is_valid(const OGRGeometry& geometry) {
  const GdalErrors silence;  // GEOS reports the reason as a warning
  return geometry.IsValid() != FALSE;
}

Zone make_zone(const OGRGeometry* geometry, const PolygonProjection& projection) {
  Zone zone;
  const std::unique_ptr<OGRGeometry> straight(geometry == nullptr ? nullptr : geometry->getLinearGeometry());
  if (straight == nullptr || !has_polygons(*straight)) {
    zone.empty = true;
    return zone;
  }
  zone.invalid = !is_valid(*straight);
  const std::unique_ptr<OGRGeometry> brought = projection.surroundings().bring(*straight);
  if (brought && brought->IsEmpty()) return zone;
  projection.add(brought ? *brought : *straight, zone.polygons);
  if (!zone.polygons.empty()) zone.bounds = zone.polygons.bounds();
  if (brought) zone.kept = projection.surroundings().share(*brought, *straight);
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
  OGRLayer& layer = find_layer(*dataset, options.path, options.layer, "`layer`");
  const LayerPlace place = place_layer(layer, options.path, grid);
  ZoneLayer found{options.path, layer.GetName(), options.id_field.empty() ? "zone" : options.id_field,
                  place.crs,    place.note,      {}};
  const int id =
      options.id_field.empty() ? -1 : find_field(layer, options.path, options.id_field, "`id_field`");
  GdalErrors errors;
  const PolygonProjection projection(found.crs, options.path, grid);
  layer.ResetReading();
  while (const OGRFeatureUniquePtr feature{layer.GetNextFeature()}) {
    if (stop != nullptr) stop->check();
    Zone zone = make_zone(feature->GetGeometryRef(), projection);
    zone.id = id < 0 ? std::to_string(feature->GetFID()) : feature->GetFieldAsString(id);
    found.zones.push_back(std::move(zone));
  }
  if (errors.failed()) throw errors.error(ErrorCode::io, options.path, "reading failed", "copy it again");
  found.cut_off = projection.cut_off();
  const auto empty =
      std::count_if(found.zones.begin(), found.zones.end(), [](const Zone& z) { return z.empty; });
  if (empty == static_cast<std::ptrdiff_t>(found.zones.size()))
    throw Error(ErrorCode::mismatch, options.path + ": holds no polygon", "name a layer of polygons");
  return found;
}

}  // namespace terramask::geo
