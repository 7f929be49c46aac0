#include "geo/write/cog.hpp"

#include <cpl_multiproc.h>
#include <fmt/format.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <memory>
#include <vector>

#include "core/team.hpp"
#include "geo/base/content_digest.hpp"
#include "geo/base/gdal_support.hpp"

namespace terramask::geo {
namespace {

/// Forwards GDAL's progress; an exception is held until GDAL has returned.
struct ProgressBridge {
  const ProgressSink& sink;
  const StopFlag* stop;
  Progress state;
  std::exception_ptr thrown;

  static int CPL_STDCALL report(double part, const char*, void* user) {
    auto* self = static_cast<ProgressBridge*>(user);
    try {
      if (self->stop != nullptr) self->stop->check();
      self->state.done =
          static_cast<std::uint64_t>(std::clamp(part, 0.0, 1.0) * static_cast<double>(self->state.total));
      if (self->sink) self->sink(self->state);
      return TRUE;
    } catch (...) {
      self->thrown = std::current_exception();
      return FALSE;
    }
  }
};

std::uint64_t pixels_of(const Grid& grid) {
  return static_cast<std::uint64_t>(grid.width) * static_cast<std::uint64_t>(grid.height);
}

/// Calls `read(x, y, width, height)` for each block of a band.
template <class F>
void for_each_block(GDALRasterBand& band, const F& read) {
  int block_width = 0;
  int block_height = 0;
  band.GetBlockSize(&block_width, &block_height);
  for (int y = 0; y < band.GetYSize(); y += block_height)
    for (int x = 0; x < band.GetXSize(); x += block_width)
      read(x, y, std::min(block_width, band.GetXSize() - x), std::min(block_height, band.GetYSize() - y));
}

/// GDAL waits forever for a thread of its pool that could not be started; if threads cannot be started, it
/// gets one.
std::string startable(const std::string& threads) {
  const int count = EQUAL(threads.c_str(), "ALL_CPUS") ? CPLGetNumCPUs() : std::atoi(threads.c_str());
  if (count <= 1) return threads;
  const auto wanted = static_cast<std::size_t>(count);
  return startable_threads(wanted) == wanted ? threads : "1";
}

}  // namespace

std::string write_cog(GDALDataset& source, const std::string& path, const CreationOptions& options,
                      const ProgressSink& progress, const StopFlag* stop) {
  CPLStringList list;
  for (const auto& [name, value] : options)
    list.SetNameValue(name.c_str(), name == "NUM_THREADS" ? startable(value).c_str() : value.c_str());
  const auto pixels = static_cast<std::uint64_t>(source.GetRasterXSize()) *
                      static_cast<std::uint64_t>(source.GetRasterYSize());
  ProgressBridge bridge{progress, stop, {"writing the COG", "pixels", 0, pixels}, nullptr};
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("COG");
  GdalErrors errors;
  DatasetPtr cog(
      driver->CreateCopy(path.c_str(), &source, TRUE, list.List(), &ProgressBridge::report, &bridge));
  if (bridge.thrown) std::rethrow_exception(bridge.thrown);
  if (cog == nullptr && !errors.failed()) return "GDAL's COG driver gave up without a word";
  if (cog != nullptr) cog->FlushCache(true);
  cog.reset();  // buffered data are written here, and errors occur here
  return errors.failed() ? errors.text() : "";
}

bool holds_crs(const GDALDataset& raster, const Grid& grid) {
  const OGRSpatialReference* found = raster.GetSpatialRef();
  if (grid.crs.empty()) return found == nullptr || found->IsEmpty();
  OGRSpatialReference wanted;
  if (wanted.SetFromUserInput(grid.crs.c_str()) != OGRERR_NONE) return false;
  if (wanted.IsLocal()) return true;  // GeoTIFF stores little of these, and they are not tied to the Earth
  if (found == nullptr || std::abs(found->GetCoordinateEpoch() - grid.epoch) > 1e-6) return false;
  const char* const how[] = {"CRITERION=EQUIVALENT", "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", nullptr};
  if (found->IsSame(&wanted, how) != FALSE || found->IsSame(&wanted, how + 1) != FALSE) return true;
  // GDAL reads some CRSs (a geostationary view, rotated poles) back as different: check that the corners are
  // at the same place.
  OGRSpatialReference stored(*found);
  stored.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  wanted.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  const std::unique_ptr<OGRCoordinateTransformation> way(OGRCreateCoordinateTransformation(&stored, &wanted));
  if (way == nullptr || !grid.has_geotransform) return false;
  const auto& t = grid.geotransform;
  const double pixel = std::hypot(t[1], t[2]) + std::hypot(t[4], t[5]);
  for (const double column : {0.0, static_cast<double>(grid.width)})
    for (const double row : {0.0, static_cast<double>(grid.height)}) {
      double x = t[0] + column * t[1] + row * t[2];
      double y = t[3] + column * t[4] + row * t[5];
      const double there_x = x;
      const double there_y = y;
      if (!way->Transform(1, &x, &y) || !(std::hypot(x - there_x, y - there_y) <= 1e-3 * pixel)) return false;
    }
  return true;
}

std::string find_header_fault(GDALDataset& raster, const CogExpectation& expected) {
  const Grid& grid = expected.grid;
  if (raster.GetRasterXSize() != grid.width || raster.GetRasterYSize() != grid.height)
    return fmt::format("{} × {} pixels instead of {} × {}", raster.GetRasterXSize(), raster.GetRasterYSize(),
                       grid.width, grid.height);
  if (raster.GetRasterCount() != expected.bands)
    return fmt::format("{} bands instead of {}", raster.GetRasterCount(), expected.bands);
  std::array<double, 6> found{0, 1, 0, 0, 0, 1};
  raster.GetGeoTransform(found.data());  // fails, and leaves the identity, if there is none
  const std::array<double, 6> identity{0, 1, 0, 0, 0, 1};
  const std::array<double, 6>& wanted = grid.has_geotransform ? grid.geotransform : identity;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (!(std::abs(found[i] - wanted[i]) <= 1e-9 * std::max(1.0, std::abs(wanted[i]) * 1e-6)))
      return fmt::format("the geotransform's member {} is {:.17g} instead of {:.17g}", i, found[i],
                         wanted[i]);
  if (!holds_crs(raster, grid)) return "another coordinate reference system";
  for (int number = 1; number <= expected.bands; ++number) {
    GDALRasterBand* band = raster.GetRasterBand(number);
    if (band->GetRasterDataType() != expected.type)
      return fmt::format("band {} is {}", number, GDALGetDataTypeName(band->GetRasterDataType()));
    int has_nodata = FALSE;
    const double nodata = band->GetNoDataValue(&has_nodata);
    const bool same = std::isnan(expected.nodata) ? std::isnan(nodata) : nodata == expected.nodata;
    if (!expected.has_nodata) {
      if (has_nodata != FALSE) return fmt::format("band {} has a nodata value", number);
      continue;
    }
    if (has_nodata == FALSE || !same) return fmt::format("band {} lacks its nodata value", number);
  }
  for (const auto& [name, value] : expected.metadata) {
    const char* item = raster.GetMetadataItem(name.c_str());
    if (item == nullptr || item != value) return fmt::format("the metadata item {} is not as written", name);
  }
  return "";
}

template <class T>
DigestResult digest_of(GDALDataset& raster, const Grid& grid, T nodata, const ProgressSink& progress,
                       const StopFlag* stop) {
  GdalErrors errors;
  ContentDigest digest(grid);
  std::vector<T> values;
  bool failed = false;
  const auto read = [&](GDALRasterBand& band, int x, int y, int width, int height) {
    if (stop != nullptr) stop->check();
    values.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    failed = failed || errors.failed() ||
             band.RasterIO(GF_Read, x, y, width, height, values.data(), width, height, kGdalType<T>, 0, 0,
                           nullptr) != CE_None;
  };
  Progress state{"verifying", "pixels", 0, pixels_of(grid)};
  for_each_block(*raster.GetRasterBand(1), [&](int x, int y, int width, int height) {
    for (int band = 0; band < raster.GetRasterCount() && !failed; ++band) {
      read(*raster.GetRasterBand(band + 1), x, y, width, height);
      digest.add<T>({x, y, width, height}, band, values, nodata);
    }
    state.done += static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
    if (progress && !failed) progress(state);
  });
  for (int level = 0; level < raster.GetRasterBand(1)->GetOverviewCount(); ++level)
    for_each_block(*raster.GetRasterBand(1)->GetOverview(level), [&](int x, int y, int width, int height) {
      for (int band = 1; band <= raster.GetRasterCount() && !failed; ++band)
        read(*raster.GetRasterBand(band)->GetOverview(level), x, y, width, height);
    });
  if (failed) return {0, errors.text().empty() ? "it cannot be read back" : errors.text()};
  return {digest.value(), ""};
}

template DigestResult digest_of(GDALDataset&, const Grid&, std::uint8_t, const ProgressSink&,
                                const StopFlag*);
template DigestResult digest_of(GDALDataset&, const Grid&, std::uint16_t, const ProgressSink&,
                                const StopFlag*);
template DigestResult digest_of(GDALDataset&, const Grid&, float, const ProgressSink&, const StopFlag*);

}  // namespace terramask::geo
