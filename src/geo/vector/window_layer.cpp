#include "geo/vector/window_layer.hpp"

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <cmath>

#include "core/utf8.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/working_folder.hpp"
#include "geo/files/open.hpp"
#include "geo/style/layer_style.hpp"
#include "geo/vector/feature_fields.hpp"
#include "geo/vector/geopackage_layers.hpp"
#include "terramask/grid.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"

namespace terramask::geo {
namespace {

constexpr const char* kDiskRemedy = "make room, or choose another folder";

FieldType type_of(const WindowLayer& layer, std::size_t field) {
  if (layer.fields[field].type) return *layer.fields[field].type;
  if (layer.rows.empty()) return FieldType::real;
  const FieldValue& value = layer.rows.front().values[field];
  if (std::holds_alternative<std::int64_t>(value)) return FieldType::integer64;
  return std::holds_alternative<double>(value) ? FieldType::real : FieldType::text;
}

std::unique_ptr<OGRPolygon> outline(const Window& window, const Grid& grid) {
  auto ring = std::make_unique<OGRLinearRing>();
  const auto left = static_cast<double>(window.x), top = static_cast<double>(window.y);
  const double right = left + static_cast<double>(window.width),
               bottom = top + static_cast<double>(window.height);
  for (const auto& [column, row] : {std::pair{left, top}, {left, bottom}, {right, bottom}, {right, top}}) {
    const auto at = grid.has_geotransform ? grid.to_world(column, row) : std::array{column, -row};
    ring->addPoint(at[0], at[1]);
  }
  ring->closeRings();
  auto polygon = std::make_unique<OGRPolygon>();
  polygon->addRingDirectly(ring.release());
  return polygon;
}

void write_rows(OGRLayer& to, const WindowLayer& layer, const Grid& grid, const StopFlag* stop,
                const GdalErrors& errors, const std::string& path) {
  for (const WindowRow& row : layer.rows) {
    if (stop != nullptr) stop->check();
    OGRFeature feature(to.GetLayerDefn());
    for (std::size_t i = 0; i < row.values.size(); ++i)
      set_field(feature, static_cast<int>(i), row.values[i]);
    feature.SetGeometryDirectly(outline(row.window, grid).release());
    if (to.CreateFeature(&feature) != OGRERR_NONE)
      throw errors.error(ErrorCode::io, path, "cannot be written", kDiskRemedy);
  }
}

}  // namespace

void write_window_layer(const std::string& path, const WindowLayer& layer, const Grid& grid, bool overwrite,
                        const StopFlag* stop) {
  ensure_gdal();
  check_output(path, overwrite, {});
  check_layer(path, layer.name);
  GdalErrors errors;
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
  if (driver == nullptr)
    throw Error(ErrorCode::unsupported, path + ": this GDAL has no GeoPackage driver",
                "install GDAL with SQLite");
  WorkingFolder folder(path);
  DatasetPtr file(driver->Create(folder.finished().c_str(), 0, 0, 0, GDT_Unknown, nullptr));
  if (file == nullptr) throw errors.error(ErrorCode::io, path, "cannot be created", kDiskRemedy);
  OGRSpatialReference crs;
  crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  if (!grid.crs.empty()) crs.importFromWkt(grid.crs.c_str());
  if (grid.epoch > 0) crs.SetCoordinateEpoch(grid.epoch);
  OGRLayer* to =
      file->CreateLayer(layer.name.c_str(), grid.crs.empty() ? nullptr : &crs, wkbPolygon, nullptr);
  if (to == nullptr) throw errors.error(ErrorCode::io, path, "cannot be written", kDiskRemedy);
  if (!layer.description.empty()) to->SetMetadataItem("DESCRIPTION", as_utf8(layer.description).c_str());
  for (std::size_t i = 0; i < layer.fields.size(); ++i) {
    const WindowField& own = layer.fields[i];
    OGRFieldDefn field(as_utf8(own.name).c_str(), ogr_type(type_of(layer, i)));
    // GeoPackage requires unique aliases, so a unit alone is not enough.
    if (!own.alias.empty())
      field.SetAlternativeName(as_utf8(fmt::format("{} ({})", own.name, own.alias)).c_str());
    if (to->CreateField(&field) != OGRERR_NONE)
      throw errors.error(ErrorCode::io, path, "cannot be written", kDiskRemedy);
  }
  if (file->StartTransaction() != OGRERR_NONE)
    throw errors.error(ErrorCode::io, path, "cannot be written", kDiskRemedy);
  write_rows(*to, layer, grid, stop, errors, path);
  if (file->CommitTransaction() != OGRERR_NONE)
    throw errors.error(ErrorCode::io, path, "cannot be written", kDiskRemedy);
  if (!layer.style.empty()) set_layer_style(*file, *to, layer.style);
  if (errors.failed()) throw errors.error(ErrorCode::io, path, "cannot be written", kDiskRemedy);
  close_checked(std::move(file), path);
  const DatasetPtr written = open_vector(folder.finished());
  if (data_layers(*written).size() != 1 ||
      data_layers(*written).front()->GetFeatureCount() != static_cast<GIntBig>(layer.rows.size()))
    throw errors.error(ErrorCode::io, path, "the finished file does not hold what was written", kDiskRemedy);
  put_layer_in_place(folder, layer.name, overwrite);
}

}  // namespace terramask::geo
