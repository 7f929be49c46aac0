#include "geo/vector/vector_layer.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/csv_columns.hpp"
#include "geo/files/open.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

/// The CRS in the file; empty if there is none.
std::string own_crs(OGRLayer& layer) {
  const OGRSpatialReference* crs = layer.GetSpatialRef();
  if (crs == nullptr || crs->IsEmpty()) return {};
  // The name in GeoPackages for layers without a CRS.
  const char* const name = crs->GetName();
  if (name != nullptr && std::string_view(name).starts_with("Undefined ")) return {};
  return to_wkt(*crs);
}

/// Whether coordinates without a CRS are degrees: they could be, and cannot be in the grid's CRS.
bool are_degrees(OGRLayer& layer, const Grid& grid) {
  if (grid.crs.empty() || !grid.has_geotransform) return false;
  OGRSpatialReference system;
  if (system.importFromWkt(grid.crs.c_str()) != OGRERR_NONE || system.IsProjected() == 0) return false;
  OGREnvelope box;
  if (layer.GetExtent(&box, TRUE) != OGRERR_NONE) return false;
  if (box.MinX < -180 || box.MaxX > 180 || box.MinY < -90 || box.MaxY > 90) return false;
  OGREnvelope place;
  for (const double column : {0.0, static_cast<double>(grid.width)})
    for (const double row : {0.0, static_cast<double>(grid.height)}) {
      const auto corner = grid.to_world(column, row);
      place.Merge(corner[0], corner[1]);
    }
  return place.Intersects(box) == FALSE;
}

}  // namespace

bool has_geometry(OGRLayer& layer) {
  return layer.GetLayerDefn()->GetGeomFieldCount() > 0 && layer.GetGeomType() != wkbNone;
}

OGRLayer& find_layer(GDALDataset& dataset, const std::string& path, const std::string& name,
                     const std::string& option) {
  std::vector<OGRLayer*> layers;
  std::string names;
  for (int i = 0; i < dataset.GetLayerCount(); ++i) {
    OGRLayer* layer = dataset.GetLayer(i);
    if (!has_geometry(*layer)) continue;
    layers.push_back(layer);
    names += (names.empty() ? "" : ", ") + std::string(layer->GetName());
  }
  if (layers.empty() && holds_ewkt(dataset))
    throw Error(ErrorCode::unsupported,
                path + ": its geometries begin with SRID=, which is PostGIS' own form (EWKT) and no WKT",
                "export it again with ST_AsText(geom), or as a GeoPackage, which keeps the CRS too");
  if (layers.empty())
    throw Error(
        ErrorCode::format,
        dataset.GetLayerCount() == 0 ? path + ": holds no layer" : path + ": holds a table and no geometries",
        dataset.GetLayerCount() == 0 ? "name a file of polygons or points"
                                     : "name columns of a CSV file lon and lat, or one of WKT geometry");
  if (!name.empty()) {
    for (OGRLayer* layer : layers)
      if (EQUAL(layer->GetName(), name.c_str())) return *layer;
    throw Error(ErrorCode::not_found, fmt::format("{}: has no layer \"{}\"; it has: {}", path, name, names),
                "name one of these with " + option);
  }
  if (layers.size() == 1) return *layers.front();
  throw Error(ErrorCode::usage, fmt::format("{}: holds several layers: {}", path, names),
              "choose one with " + option);
}

std::string field_names(OGRLayer& layer) {
  const OGRFeatureDefn& fields = *layer.GetLayerDefn();
  std::string names;
  for (int i = 0; i < fields.GetFieldCount(); ++i)
    names += (i == 0 ? "" : ", ") + std::string(fields.GetFieldDefn(i)->GetNameRef());
  return names.empty() ? "none" : names;
}

int find_field(OGRLayer& layer, const std::string& path, const std::string& name, const std::string& option) {
  const int index = layer.GetLayerDefn()->GetFieldIndex(name.c_str());
  if (index < 0)
    throw Error(ErrorCode::not_found,
                fmt::format("{}: has no attribute \"{}\"; it has: {}", path, name, field_names(layer)),
                "name one of these with " + option);
  return index;
}

LayerPlace place_layer(OGRLayer& layer, const std::string& path, const Grid& grid) {
  LayerPlace place{own_crs(layer), ""};
  const CsvPlace csv = csv_place(layer);
  if (place.crs.empty() &&
      (csv == CsvPlace::degrees || (csv == CsvPlace::unsaid && are_degrees(layer, grid)))) {
    place.crs = crs_from_user("EPSG:4326", path);
    place.note = path + ": says no CRS, its coordinates are taken to be longitude and latitude in WGS 84";
  } else if (place.crs.empty() && !grid.crs.empty()) {
    place.note =
        fmt::format("{}: has no CRS, its coordinates are taken to be in {}", path, crs_label(grid.crs));
  }
  return place;
}

bool is_vector_file(const std::string& path) {
  ensure_gdal();
  const GdalErrors silence;
  const auto opens = [&](unsigned int kind) {
    return DatasetPtr(GDALDataset::Open(path.c_str(), kind | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
  };
  const DatasetPtr raster = opens(GDAL_OF_RASTER);
  // The XYZ driver reads points in rows and columns as a raster.
  if (raster && (raster->GetDriver() == nullptr || std::string_view(raster->GetDriverName()) != "XYZ"))
    return false;
  try {
    const DatasetPtr vector = open_vector(path);
    if (!raster) return true;
    return vector->GetLayerCount() == 1 && has_geometry(*vector->GetLayer(0));
  } catch (const Error& error) {
    return error.code() == ErrorCode::unsupported;  // a vector file, but not readable as intended
  }
}

}  // namespace terramask::geo
