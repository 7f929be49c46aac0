#include "geo/write/staged_cog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string_view>

#include "core/utf8.hpp"
#include "geo/base/disk_space.hpp"
#include "geo/write/writer_memory.hpp"
#include "terramask/grid.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"

namespace terramask::geo {
namespace {

/// The working file exists for minutes: use the fastest compression.
CPLStringList working_options(bool in_memory, const Grid& grid) {
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  const char* known = driver->GetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST);
  const bool zstd =
      known != nullptr && std::string_view(known).find("<Value>ZSTD</Value>") != std::string_view::npos;
  CPLStringList list;
  if (!in_memory) {
    list.SetNameValue("COMPRESS", zstd ? "ZSTD" : "DEFLATE");
    list.SetNameValue(zstd ? "ZSTD_LEVEL" : "ZLEVEL", "1");
  }
  list.SetNameValue("BLOCKXSIZE", std::to_string(working_tile(grid.width)).c_str());
  list.SetNameValue("BLOCKYSIZE", std::to_string(working_tile(grid.height)).c_str());
  for (const char* item : {"TILED=YES", "BIGTIFF=IF_SAFER", "SPARSE_OK=YES", "INTERLEAVE=BAND",
                           "PHOTOMETRIC=MINISBLACK", "ALPHA=NO"})
    list.AddString(item);
  return list;
}

StagedCogOptions checked(StagedCogOptions options) {
  check_output(options.path, options.overwrite, {});
  const Grid& grid = options.contents.grid;
  constexpr std::int64_t limit = std::numeric_limits<int>::max();
  if (grid.extent().empty() || grid.width > limit || grid.height > limit)
    throw Error(ErrorCode::usage, fmt::format("{}: a raster of {} × {} pixels cannot be written",
                                              options.path, grid.width, grid.height));
  for (auto& [name, value] : options.contents.metadata) value = as_utf8(value);
  return options;
}

}  // namespace

template <class T>
StagedCog<T>::StagedCog(StagedCogOptions options)
    : options_(checked(std::move(options))), digest_(options_.contents.grid) {
  ensure_gdal();
  folder_ = std::make_unique<WorkingFolder>(options_.path);
  const CogExpectation& contents = options_.contents;
  const bool in_memory =
      writer_memory(contents.grid, contents.bands * GDALGetDataTypeSizeBytes(contents.type),
                    std::atoi(options_.creation_options.at("BLOCKSIZE").c_str()))
          .in_memory;
  // The folder's name is unique, also in memory.
  working_path_ = (in_memory ? "/vsimem/" : "") + folder_->scratch("working.tif");
  GdalErrors errors;
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  working_.reset(driver->Create(working_path_.c_str(), static_cast<int>(contents.grid.width),
                                static_cast<int>(contents.grid.height), contents.bands, contents.type,
                                working_options(in_memory, contents.grid).List()));
  if (working_ == nullptr) fail("could not be created", errors.text());
  if (contents.grid.has_geotransform) {
    std::array<double, 6> geotransform = contents.grid.geotransform;
    working_->SetGeoTransform(geotransform.data());
  }
  if (!contents.grid.crs.empty()) {
    OGRSpatialReference crs;
    if (crs.SetFromUserInput(contents.grid.crs.c_str()) != OGRERR_NONE)
      throw Error(ErrorCode::usage,
                  fmt::format("{}: its coordinate reference system cannot be understood: {}", options_.path,
                              errors.text()));
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (contents.grid.epoch > 0) crs.SetCoordinateEpoch(contents.grid.epoch);
    working_->SetSpatialRef(&crs);
  }
  for (int band = 1; contents.has_nodata && band <= contents.bands; ++band)
    working_->GetRasterBand(band)->SetNoDataValue(contents.nodata);
  for (const auto& [name, value] : contents.metadata) working_->SetMetadataItem(name.c_str(), value.c_str());
  if (errors.failed()) fail("could not be created", errors.text());
}

template <class T>
StagedCog<T>::~StagedCog() {
  if (working_ == nullptr) return;
  GdalErrors silence;  // removed even if closing fails
  working_->MarkSuppressOnClose();
  working_.reset();
  remove_working_file();
}

template <class T>
void StagedCog<T>::remove_working_file() {
  VSIUnlink(working_path_.c_str());
}

template <class T>
void StagedCog<T>::fail(const std::string& doing, const std::string& gdal_text) {
  throw write_error(*folder_, options_.peak_bytes, doing, gdal_text);
}

template <class T>
void StagedCog<T>::write(const Window& window, int band, std::span<const T> values) {
  if (working_ == nullptr) throw Error(ErrorCode::internal, "a raster writer was used after it finished");
  if (window.empty() || intersect(window, options_.contents.grid.extent()) != window ||
      values.size() != static_cast<std::size_t>(window.width) * static_cast<std::size_t>(window.height))
    throw Error(ErrorCode::internal,
                fmt::format("a block of {} values does not fit the window {}, {} of {} × {} pixels",
                            values.size(), window.x, window.y, window.width, window.height));
  digest_.add(window, band, values, static_cast<T>(options_.contents.nodata));
  GdalErrors errors;
  const auto x = static_cast<int>(window.x);
  const auto y = static_cast<int>(window.y);
  const auto width = static_cast<int>(window.width);
  const auto height = static_cast<int>(window.height);
  const CPLErr failed = working_->GetRasterBand(band + 1)->RasterIO(GF_Write, x, y, width, height,
                                                                    const_cast<T*>(values.data()), width,
                                                                    height, kGdalType<T>, 0, 0, nullptr);
  if (failed != CE_None || errors.failed()) fail("writing failed", errors.text());
}

template <class T>
void StagedCog<T>::complete(const std::function<void(GDALDataset&)>& decorate, const ProgressSink& progress,
                            const StopFlag* stop) {
  if (working_ == nullptr) throw Error(ErrorCode::internal, "a raster writer was finished twice");
  if (stop != nullptr) stop->check();
  {
    GdalErrors errors;
    working_->FlushCache(false);
    if (errors.failed()) fail("writing failed", errors.text());
  }
  std::string said = build_own_overviews(progress, stop);
  if (!said.empty()) fail("building overviews failed", said);
  said = write_cog(*working_, folder_->finished(), options_.creation_options, progress, stop);
  if (!said.empty()) fail("writing the COG failed", said);
  {
    GdalErrors errors;
    working_.reset();
    if (errors.failed()) fail("writing failed", errors.text());
  }
  remove_working_file();
  write_sidecar(decorate);
  verify(progress, stop);
  style_ = std::make_unique<StyleFile>(options_.path, StyleFile::Kind::raster, options_.style);
}

template <class T>
void StagedCog<T>::put_in_place() {
  if (working_ != nullptr || folder_ == nullptr)
    throw Error(ErrorCode::internal, "a raster writer was finished before it was complete, or twice");
  folder_->put_in_place(options_.overwrite);
  style_->put_in_place();
  folder_.reset();
}

template <class T>
std::string StagedCog<T>::build_own_overviews(const ProgressSink& progress, const StopFlag* stop) {
  const CreationOptions& options = options_.creation_options;
  // If alpha defines validity, GDAL weights by it.
  if (!options_.contents.has_nodata) return "";
  const std::string own = options_.reduction == Reduction::mode ? "MODE" : "AVERAGE";
  if (options.contains("OVERVIEWS") || options.contains("OVERVIEW_COUNT") ||
      !EQUAL(options.at("OVERVIEW_RESAMPLING").c_str(), own.c_str()))
    return "";
  return build_overviews(*working_, std::atoi(options.at("BLOCKSIZE").c_str()), options_.reduction,
                         static_cast<T>(options_.contents.nodata), progress, stop);
}

template <class T>
DatasetPtr StagedCog<T>::open_finished() {
  GdalErrors errors;
  const char* const drivers[] = {"GTiff", nullptr};
  DatasetPtr cog(GDALDataset::Open(folder_->finished().c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, drivers,
                                   nullptr, nullptr));
  if (cog == nullptr) fail("what was written cannot be read back", errors.text());
  return cog;
}

template <class T>
void StagedCog<T>::write_sidecar(const std::function<void(GDALDataset&)>& decorate) {
  DatasetPtr cog = open_finished();
  GdalErrors errors;
  if (!holds_crs(*cog, options_.contents.grid)) {
    // GeoTIFF has no keys for some CRSs; the sidecar can store any.
    OGRSpatialReference crs;
    crs.SetFromUserInput(options_.contents.grid.crs.c_str());
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (options_.contents.grid.epoch > 0) crs.SetCoordinateEpoch(options_.contents.grid.epoch);
    cog->SetSpatialRef(&crs);
  }
  decorate(*cog);
  decoration_ = Decoration(*cog);
  cog->FlushCache(true);
  cog.reset();
  if (errors.failed()) fail("writing the sidecar failed", errors.text());
}

template <class T>
void StagedCog<T>::verify(const ProgressSink& progress, const StopFlag* stop) {
  const auto nodata = static_cast<T>(options_.contents.nodata);
  DatasetPtr cog = open_finished();
  std::string fault = find_header_fault(*cog, options_.contents);
  if (fault.empty()) {
    const DigestResult found = digest_of<T>(*cog, options_.contents.grid, nodata, progress, stop);
    fault = found.fault.empty() && found.digest != digest_.value() ? "other values" : found.fault;
  }
  if (fault.empty() && !decoration_.stands_in(*cog)) fault = "other names or tables in its sidecar";
  if (!fault.empty()) fail("the finished file does not hold what was written", fault);
}

template class StagedCog<std::uint8_t>;
template class StagedCog<std::uint16_t>;
template class StagedCog<float>;

}  // namespace terramask::geo
