#include "geo/read/cutline.hpp"

#include <ogrsf_frmts.h>

#include <algorithm>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/polygon_projection.hpp"
#include "geo/files/open.hpp"
#include "geo/vector/vector_layer.hpp"

namespace terramask::geo {
namespace {

Polygons read_layer(OGRLayer& ogr, const std::string& path, const Grid& grid,
                    std::vector<std::string>& warnings) {
  GdalErrors errors;
  const LayerPlace place = place_layer(ogr, path, grid);
  if (!place.note.empty() && std::find(warnings.begin(), warnings.end(), place.note) == warnings.end())
    warnings.push_back(place.note);
  const PolygonProjection projection(place.crs, path, grid);
  Polygons polygons;
  ogr.ResetReading();
  while (const OGRFeatureUniquePtr feature{ogr.GetNextFeature()}) {
    const OGRGeometry* geometry = feature->GetGeometryRef();
    if (geometry == nullptr) continue;
    const std::unique_ptr<OGRGeometry> straight(geometry->getLinearGeometry());
    if (straight) projection.add(*straight, polygons);
  }
  if (errors.failed())
    throw errors.error(ErrorCode::io, path, "reading its polygons failed", "copy the file again");
  if (auto warning = cut_off_warning(path, projection.cut_off(), grid))
    warnings.push_back(std::move(*warning));
  return polygons;
}

}  // namespace

Polygons read_cutline(const std::string& path, const Grid& grid, std::vector<std::string>& warnings) {
  const DatasetPtr dataset = open_vector(path);
  Polygons found;
  std::string layers;
  int with_polygons = 0;
  for (int i = 0; i < dataset->GetLayerCount(); ++i) {
    OGRLayer& ogr = *dataset->GetLayer(i);
    if (!has_geometry(ogr)) continue;
    Polygons polygons = read_layer(ogr, path, grid, warnings);
    if (polygons.empty()) continue;
    ++with_polygons;
    layers += (layers.empty() ? "" : ", ") + std::string(ogr.GetName());
    found = std::move(polygons);
  }
  if (with_polygons == 0)
    throw Error(ErrorCode::mismatch, path + ": holds no polygon", "give a layer of polygons");
  if (with_polygons > 1) {
    throw Error(ErrorCode::usage, path + ": holds several layers of polygons (" + layers + ")",
                "take one out: `ogr2ogr cutline.gpkg " + path + " LAYER`");
  }
  return found;
}

}  // namespace terramask::geo
