#include "geo/files/open.hpp"

#include <cpl_vsi.h>
#include <fmt/format.h>

#include <mutex>
#include <string_view>

#include "core/process_limits.hpp"
#include "geo/files/csv_columns.hpp"
#include "geo/files/osm_deleted.hpp"
#include "geo/files/real_kind.hpp"
#include "geo/xyz/tile_dataset.hpp"
#include "terramask/tiles.hpp"

namespace terramask::geo {
namespace {

bool is_there(const std::string& path) {
  VSIStatBufL status;
  return VSIStatL(path.c_str(), &status) == 0;
}

bool is_folder(const std::string& path) {
  VSIStatBufL status;
  return VSIStatL(path.c_str(), &status) == 0 && VSI_ISDIR(status.st_mode);
}

DatasetPtr open(const std::string& path, unsigned int flags, const char* kind,
                const char* const* options = nullptr) {
  ensure_drivers();
  if (path.empty()) throw Error(ErrorCode::usage, std::string("an empty path names no ") + kind);
  if ((flags & GDAL_OF_RASTER) != 0 && is_tile_source(path)) return open_tile_dataset(path);
  if ((flags & GDAL_OF_VECTOR) != 0)
    if (const auto unread = unread_text(path))
      throw Error(ErrorCode::format, path + ": " + unread->what, unread->remedy);
  GdalErrors errors;
  DatasetPtr dataset(GDALDataset::Open(path.c_str(), flags | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR,
                                       nullptr, options, nullptr));
  if (dataset) return dataset;
  // A connection string ("NETCDF:...") is not a path: only paths are reported as missing.
  const bool connection = path.find(':') != std::string::npos || path.front() == '<';
  if (!connection && !is_there(path))
    throw Error(ErrorCode::not_found, path + ": no such file", "check the path");
  if (is_folder(path))
    throw Error(ErrorCode::format, path + ": a folder, not a " + kind, "name a file in it");
  if (path.ends_with(".safetensors"))
    throw Error(ErrorCode::format, path + ": a model, not a " + kind,
                "name a file of the kind expected here; a model is an argument of its own");
  if (const auto really = real_kind(path))
    throw Error(ErrorCode::format, fmt::format("{}: {}, not a {}", path, really->what, kind), really->remedy);
  throw errors.error(
      ErrorCode::format, path,
      std::string("not a ") + kind + " GDAL can open" + (errors.text().empty() ? or_out_of_memory() : ""),
      "see what `gdalinfo` or `ogrinfo` says, or copy the file again if it was cut short");
}

/// GDAL's name for a gzip-compressed file: "roads.geojson.gz".
std::string unpacked_name(const std::string& path) {
  const bool plain = path.ends_with(".gz") && !path.starts_with("/vsi") && is_there(path);
  return plain ? "/vsigzip/" + path : path;
}

}  // namespace

void ensure_drivers() {
  static std::once_flag once;
  std::call_once(once, [] {
    ensure_gdal();
    register_tile_driver();
  });
}

DatasetPtr open_raster(const std::string& path) {
  DatasetPtr dataset = open(path, GDAL_OF_RASTER, "raster");
  if (dataset->GetRasterCount() > 0 && dataset->GetRasterXSize() > 0 && dataset->GetRasterYSize() > 0)
    return dataset;
  char** parts = dataset->GetMetadata("SUBDATASETS");
  const char* first = CSLFetchNameValue(parts, "SUBDATASET_1_NAME");
  if (first != nullptr) {
    throw Error(ErrorCode::usage,
                path + ": holds " + std::to_string(CSLCount(parts) / 2) + " rasters and none itself",
                std::string("name one of them, such as ") + first + " (`gdalinfo` lists them)");
  }
  throw Error(ErrorCode::format, path + ": holds no raster band", "name a raster");
}

DatasetPtr open_vector(const std::string& path, const char* const* options) {
  const std::string name = unpacked_name(path);
  DatasetPtr dataset = open(name, GDAL_OF_VECTOR, "vector file", options);
  const GDALDriver* driver = dataset->GetDriver();
  if (options == nullptr && driver != nullptr && std::string_view(driver->GetDescription()) == "OSM")
    refuse_deleted_objects(name, path);
  if (!is_csv(*dataset)) return dataset;
  const CsvColumns columns = csv_columns(*dataset);
  if (columns.any()) {
    CPLStringList all(CSLDuplicate(const_cast<char**>(options)));
    const CPLStringList found = columns.open_options();
    for (int i = 0; i < found.Count(); ++i) all.AddString(found[i]);
    dataset = open(name, GDAL_OF_VECTOR, "vector file", all.List());
  }
  remember_place(*dataset, columns);
  return dataset;
}

}  // namespace terramask::geo
