#include "terramask/source_list.hpp"

#include <fmt/format.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "geo/base/file_ending.hpp"
#include "geo/files/open.hpp"
#include "geo/files/raster_files.hpp"
#include "geo/region/stac_items.hpp"
#include "geo/vector/vector_layer.hpp"
#include "terramask/raster_names.hpp"

namespace terramask {
namespace fs = std::filesystem;
namespace {

/// "xyz:...", "NETCDF:..." and "/vsicurl/..." are not files of the file system.
bool is_connection(const std::string& path) {
  return path.starts_with("/vsi") || path.starts_with("<") || path.find(':') != std::string::npos;
}

void add_matches(const SourceSpec& spec, std::vector<ListedSource>& list) {
  for (std::string& path : list_rasters(spec.path, spec.recursive))
    list.push_back({std::move(path), spec.date});
}

OGRLayer& layer_of(GDALDataset& dataset, const SourceSpec& spec) {
  if (!spec.layer.empty()) {
    OGRLayer* layer = dataset.GetLayerByName(spec.layer.c_str());
    if (layer == nullptr)
      throw Error(ErrorCode::not_found, fmt::format("{}: has no layer {}", spec.path, spec.layer),
                  "`ogrinfo` lists them");
    return *layer;
  }
  if (dataset.GetLayerCount() != 1) {
    std::vector<OGRLayer*> layers;
    for (int i = 0; i < dataset.GetLayerCount(); ++i)
      if (geo::has_geometry(*dataset.GetLayer(i))) layers.push_back(dataset.GetLayer(i));
    if (layers.size() == 1) return *layers.front();
    throw Error(ErrorCode::usage, fmt::format("{}: holds {} layers", spec.path, dataset.GetLayerCount()),
                "name the one of the tile index (\"layer\")");
  }
  return *dataset.GetLayer(0);
}

int field_of(OGRLayer& layer, const SourceSpec& spec, const std::string& name) {
  const int field = layer.GetLayerDefn()->GetFieldIndex(name.c_str());
  if (field < 0)
    throw Error(ErrorCode::format, fmt::format("{}: the tile index has no field {}", spec.path, name),
                "name the field with the rasters' paths (\"location\")");
  return field;
}

void add_tile_index(const SourceSpec& spec, std::vector<ListedSource>& list) {
  const geo::DatasetPtr dataset = geo::open_vector(spec.path);
  OGRLayer& layer = layer_of(*dataset, spec);
  const int location = field_of(layer, spec, spec.location.empty() ? "location" : spec.location);
  const int date = spec.date_field.empty() ? -1 : field_of(layer, spec, spec.date_field);
  const fs::path folder = fs::path(spec.path).parent_path();
  geo::GdalErrors errors;
  layer.ResetReading();
  while (const OGRFeatureUniquePtr feature{layer.GetNextFeature()}) {
    std::string path = feature->GetFieldAsString(location);
    if (path.empty()) continue;
    std::error_code failed;
    if (fs::path(path).is_relative() && fs::exists(folder / path, failed))
      path = (folder / path).lexically_normal().string();
    list.push_back({path, date < 0 ? "" : geo::iso_date(feature->GetFieldAsString(date))});
  }
  if (errors.failed()) throw errors.error(ErrorCode::io, spec.path, "reading the tile index failed");
}

}  // namespace

std::vector<ListedSource> list_sources(const std::vector<SourceSpec>& specs) {
  geo::ensure_drivers();
  std::vector<ListedSource> all;
  for (const SourceSpec& spec : specs) {
    const std::size_t before = all.size();
    if (spec.kind == SourceSpec::Kind::raster) add_matches(spec, all);
    if (spec.kind == SourceSpec::Kind::tile_index) add_tile_index(spec, all);
    if (spec.kind == SourceSpec::Kind::stac)
      for (ListedSource& item : geo::read_stac_items(spec.path, spec.asset)) all.push_back(std::move(item));
    if (all.size() == before)
      throw Error(ErrorCode::format, spec.path + ": names no raster", "leave it out, or correct it");
  }
  std::set<std::string> seen;
  std::erase_if(all, [&](const ListedSource& one) { return !seen.insert(one.path).second; });
  return all;
}

SourceSpec guess_source(const std::string& path) {
  SourceSpec spec;
  spec.path = path;
  std::error_code failed;
  if (is_raster_list(path) || (is_connection(path) && !fs::exists(path, failed))) return spec;
  const std::string extension = geo::file_ending(path);
  if (extension == ".json" || extension == ".geojson") {
    if (geo::looks_like_stac(path))
      spec.kind = SourceSpec::Kind::stac;
    else if (extension == ".geojson")
      spec.kind = SourceSpec::Kind::tile_index;
  } else if (extension == ".shp" || extension == ".fgb") {
    spec.kind = SourceSpec::Kind::tile_index;
  } else if (extension == ".gpkg") {
    // A GeoPackage may be either: it is a raster if GDAL finds one in it.
    geo::ensure_drivers();
    const geo::GdalErrors silence;
    const geo::DatasetPtr raster(GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY));
    if (raster == nullptr) spec.kind = SourceSpec::Kind::tile_index;
  }
  return spec;
}

}  // namespace terramask
