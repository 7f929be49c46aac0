#include "geo/region/tile_index.hpp"

#include <ogrsf_frmts.h>

#include <array>
#include <memory>

#include "geo/base/gdal_support.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/files/open.hpp"
#include "geo/style/layer_style.hpp"
#include "geo/style/qgis_style.hpp"
#include "geo/vector/geopackage_layers.hpp"

namespace terramask::geo {
namespace {

constexpr const char* kLayer = "tiles";

std::string status_style() {
  const std::array<StyleCategory, 4> statuses{{{"done", "done", "#66c2a5"},
                                               {"failed", "failed", "#d73027"},
                                               {"running", "running", "#fee08b"},
                                               {"pending", "pending", "#d9d9d9"}}};
  return category_style(SymbolKind::fill, quoted_field("status"), statuses);
}

void add_fields(OGRLayer& layer) {
  const auto add = [&](const char* name, OGRFieldType type) {
    OGRFieldDefn field(name, type);
    layer.CreateField(&field);
  };
  for (const char* name : {"name", "location", "status", "cause"}) add(name, OFTString);
  for (const char* name : {"row", "column", "runs"}) add(name, OFTInteger64);
  for (const char* name : {"valid_share", "confidence", "seconds"}) add(name, OFTReal);
}

OGRPolygon outline(const Grid& grid, const Window& window) {
  OGRLinearRing ring;
  const auto x = static_cast<double>(window.x), y = static_cast<double>(window.y);
  const auto right = static_cast<double>(window.x + window.width);
  const auto bottom = static_cast<double>(window.y + window.height);
  for (const auto& [column, row] : {std::pair{x, y}, {x, bottom}, {right, bottom}, {right, y}, {x, y}}) {
    const auto point = grid.to_world(column, row);
    ring.addPoint(point[0], point[1]);
  }
  OGRPolygon polygon;
  polygon.addRing(&ring);
  return polygon;
}

/// What fails is found in GDAL's errors, when all tiles were handed over.
void add_tile(OGRLayer& layer, const Grid& grid, const IndexedTile& tile) {
  OGRFeature feature(layer.GetLayerDefn());
  feature.SetField("name", tile.name.c_str());
  if (!tile.location.empty()) feature.SetField("location", tile.location.c_str());
  feature.SetField("status", tile.status.c_str());
  if (!tile.cause.empty()) feature.SetField("cause", tile.cause.c_str());
  feature.SetField("row", static_cast<GIntBig>(tile.row));
  feature.SetField("column", static_cast<GIntBig>(tile.column));
  feature.SetField("runs", static_cast<GIntBig>(tile.runs));
  if (tile.valid_share) feature.SetField("valid_share", *tile.valid_share);
  if (tile.confidence) feature.SetField("confidence", *tile.confidence);
  if (tile.seconds) feature.SetField("seconds", *tile.seconds);
  const OGRPolygon polygon = outline(grid, tile.window);
  feature.SetGeometry(&polygon);
  if (layer.CreateFeature(&feature) != OGRERR_NONE && CPLGetLastErrorType() != CE_Failure)
    CPLError(CE_Failure, CPLE_FileIO, "a tile could not be written");
}

}  // namespace

void write_tile_index(const std::string& path, const Grid& grid, std::span<const IndexedTile> tiles) {
  ensure_gdal();
  WorkingFolder folder(path);
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
  if (driver == nullptr)
    throw Error(ErrorCode::unsupported, "this GDAL has no GeoPackage driver", "install one with SQLite");
  GdalErrors errors;
  DatasetPtr dataset(driver->Create(folder.finished().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  if (dataset == nullptr) throw errors.error(ErrorCode::io, path, "could not be created");
  OGRSpatialReference crs;
  crs.SetFromUserInput(grid.crs.c_str());
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (grid.epoch > 0) crs.SetCoordinateEpoch(grid.epoch);
  OGRLayer* layer = dataset->CreateLayer(kLayer, grid.crs.empty() ? nullptr : &crs, wkbPolygon, nullptr);
  if (layer == nullptr) throw errors.error(ErrorCode::io, path, "could not be created");
  dataset->StartTransaction();
  add_fields(*layer);
  for (const IndexedTile& tile : tiles) add_tile(*layer, grid, tile);
  dataset->CommitTransaction();
  set_layer_style(*dataset, *layer, status_style());
  if (errors.failed()) throw errors.error(ErrorCode::io, path, "writing failed");
  close_checked(std::move(dataset), path);
  const DatasetPtr written = open_vector(folder.finished());
  if (data_layers(*written).size() != 1 ||
      data_layers(*written).front()->GetFeatureCount() != static_cast<GIntBig>(tiles.size()))
    throw Error(ErrorCode::io, path + ": the finished file does not hold what was written",
                "check the free space and the folder's permissions");
  put_layer_in_place(folder, kLayer, true);
}

}  // namespace terramask::geo
