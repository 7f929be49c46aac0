#include <ogrsf_frmts.h>

#include <array>
#include <cstdlib>

#include "geo/base/gdal_support.hpp"
#include "scene/map_files.hpp"

namespace terramask::scene {
namespace {

struct Field {
  const char* name;
  OGRFieldType type;
  const char* tag;
};

struct LayerPlan {
  const char* name;
  OGRwkbGeometryType geometry;
  std::vector<Field> fields;
};

const std::vector<LayerPlan>& layer_plans() {
  static const std::vector<LayerPlan> plans{
      {"roads",
       wkbLineString,
       {{"highway", OFTString, "highway"},
        {"name", OFTString, "name"},
        {"width_m", OFTReal, "width"},
        {"lanes", OFTInteger, "lanes"},
        {"surface", OFTString, "surface"},
        {"bridge", OFTString, "bridge"}}},
      {"buildings",
       wkbPolygon,
       {{"building", OFTString, "building"},
        {"height_m", OFTReal, "height"},
        {"roof", OFTString, "roof:shape"}}},
      {"water", wkbPolygon, {{"natural", OFTString, "natural"}, {"water", OFTString, "water"}}},
      {"vegetation", wkbPolygon, {{"landuse", OFTString, "landuse"}, {"leisure", OFTString, "leisure"}}},
      {"tree_rows", wkbLineString, {{"natural", OFTString, "natural"}}},
      {"landuse", wkbPolygon, {{"landuse", OFTString, "landuse"}}}};
  return plans;
}

/// A GeoPackage notes when it was changed; the same scene must be the same bytes.
class FixedDate {
 public:
  FixedDate() { CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z"); }
  ~FixedDate() { CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", nullptr); }
  FixedDate(const FixedDate&) = delete;
  FixedDate& operator=(const FixedDate&) = delete;
};

std::unique_ptr<OGRGeometry> geometry(const MapFeature& feature, const SceneFrame& frame) {
  auto line = feature.polygon ? std::make_unique<OGRLinearRing>() : std::make_unique<OGRLineString>();
  for (const Point& point : feature.line) {
    const Point there = frame.projected(point);
    line->addPoint(there.x, there.y);
  }
  if (!feature.polygon) return line;
  line->closeRings();
  auto polygon = std::make_unique<OGRPolygon>();
  polygon->addRingDirectly(static_cast<OGRLinearRing*>(line.release()));
  return polygon;
}

}  // namespace

std::vector<std::string> geopackage_layers() {
  std::vector<std::string> names;
  for (const LayerPlan& plan : layer_plans()) names.emplace_back(plan.name);
  return names;
}

void write_geopackage(const std::string& path, const std::vector<MapFeature>& features,
                      const SceneFrame& frame) {
  geo::ensure_gdal();
  geo::GdalErrors errors;
  const FixedDate fixed_date;
  const char* remedy = "make room, or choose another folder";
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
  if (driver == nullptr)
    throw Error(ErrorCode::unsupported, path + ": this GDAL has no GeoPackage driver",
                "install GDAL with SQLite");
  geo::DatasetPtr file(driver->Create(path.c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  if (file == nullptr) throw errors.error(ErrorCode::io, path, "cannot be created", remedy);
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  crs.importFromWkt(frame.wkt().c_str());
  for (const LayerPlan& plan : layer_plans()) {
    OGRLayer* layer = file->CreateLayer(plan.name, &crs, plan.geometry, nullptr);
    if (layer == nullptr) throw errors.error(ErrorCode::io, path, "cannot be written", remedy);
    for (const Field& field : plan.fields) {
      OGRFieldDefn definition(field.name, field.type);
      if (layer->CreateField(&definition) != OGRERR_NONE)
        throw errors.error(ErrorCode::io, path, "cannot be written", remedy);
    }
    if (file->StartTransaction() != OGRERR_NONE)
      throw errors.error(ErrorCode::io, path, "cannot be written", remedy);
    for (const MapFeature& feature : features) {
      if (feature.layer != plan.name) continue;
      OGRFeature row(layer->GetLayerDefn());
      for (const auto& [key, value] : feature.tags)
        for (const Field& field : plan.fields)
          if (key == field.tag) {
            const int column = row.GetFieldIndex(field.name);
            if (field.type == OFTReal) {
              row.SetField(column, CPLAtof(value.c_str()));
            } else if (field.type == OFTInteger) {
              row.SetField(column, std::atoi(value.c_str()));
            } else {
              row.SetField(column, value.c_str());
            }
          }
      row.SetGeometryDirectly(geometry(feature, frame).release());
      if (layer->CreateFeature(&row) != OGRERR_NONE)
        throw errors.error(ErrorCode::io, path, "cannot be written", remedy);
    }
    if (file->CommitTransaction() != OGRERR_NONE)
      throw errors.error(ErrorCode::io, path, "cannot be written", remedy);
  }
  geo::close_checked(std::move(file), path);
}

}  // namespace terramask::scene
