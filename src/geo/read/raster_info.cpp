#include "terramask/raster_info.hpp"

#include <cpl_string.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/longitudes.hpp"
#include "geo/files/open.hpp"
#include "geo/read/credits.hpp"
#include "geo/read/file_facts.hpp"
#include "geo/read/value_notes.hpp"
#include "geo/style/mask_classes.hpp"
#include "terramask/tiles.hpp"

namespace terramask {
namespace {

constexpr std::string_view kPrefix = "TERRAMASK_";

RasterBandInfo band_info(GDALRasterBand& band) {
  RasterBandInfo info;
  info.interpretation = GDALGetColorInterpretationName(band.GetColorInterpretation());
  std::transform(info.interpretation.begin(), info.interpretation.end(), info.interpretation.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  info.name = band.GetDescription();
  if (info.name.empty() && info.interpretation != "undefined") info.name = info.interpretation;
  info.type = GDALGetDataTypeName(band.GetRasterDataType());
  int has_nodata = 0;
  const double nodata = band.GetNoDataValue(&has_nodata);
  if (has_nodata != 0) info.nodata = nodata;
  info.scale = band.GetScale();
  info.offset = band.GetOffset();
  info.unit = band.GetUnitType();
  info.mask_band = (band.GetMaskFlags() & (GMF_ALL_VALID | GMF_NODATA | GMF_ALPHA)) == 0;
  return info;
}

/// Points along the edges, eight per side: a box in one CRS is curved in another.
void edge_points(const Grid& grid, std::vector<double>& x, std::vector<double>& y) {
  constexpr int steps = 8;
  for (int i = 0; i < 4 * steps; ++i) {
    const double along = static_cast<double>(i % steps) / steps;
    const std::array<std::array<double, 2>, 4> sides{
        {{along, 0}, {1, along}, {1 - along, 1}, {0, 1 - along}}};
    const auto& part = sides[static_cast<std::size_t>(i / steps)];
    const auto point =
        grid.to_world(part[0] * static_cast<double>(grid.width), part[1] * static_cast<double>(grid.height));
    x.push_back(point[0]);
    y.push_back(point[1]);
  }
}

std::array<double, 4> box(const std::vector<double>& x, const std::vector<double>& y) {
  return {*std::min_element(x.begin(), x.end()), *std::min_element(y.begin(), y.end()),
          *std::max_element(x.begin(), x.end()), *std::max_element(y.begin(), y.end())};
}

void locate(RasterInfo& info) {
  std::vector<double> x, y;
  edge_points(info.grid, x, y);
  info.extent = box(x, y);
  info.crs = info.grid.crs.empty() ? "" : geo::crs_label(info.grid.crs);
  info.pixel_size = ground_pixel_size(info.grid);
  if (info.grid.crs.empty() || !info.grid.has_geotransform) return;
  try {
    geo::CrsTransform::to_geographic(info.grid.crs).apply(x, y);
  } catch (const Error&) {
    return;  // a local CRS has no longitude
  }
  const auto finite = [](double v) { return std::isfinite(v); };
  if (!std::all_of(x.begin(), x.end(), finite) || !std::all_of(y.begin(), y.end(), finite)) return;
  x.push_back(x.front());
  y.push_back(y.front());
  const bool pole = geo::unroll(x, 360) != 0;
  std::array<double, 4> found = box(x, y);
  if (pole) {
    const bool north = found[1] + found[3] > 0;
    found = {-180, north ? found[1] : -90, 180, north ? 90 : found[3]};
  }
  // A raster in longitudes keeps its own.
  if (!geo::is_geographic(info.grid.crs)) {
    const double turns = 360 * std::floor((found[0] + 180) / 360);
    found[0] -= turns;
    found[2] -= turns;
  }
  info.lon_lat = found;
}

}  // namespace

RasterInfo describe_raster(const std::string& path, const RasterOptions& raster) {
  const geo::DatasetPtr dataset = geo::open_raster(path);
  geo::GdalErrors quiet;
  RasterInfo info;
  info.path = without_secrets(path);
  if (const GDALDriver* driver = dataset->GetDriver()) info.driver = driver->GetDescription();
  info.grid.width = dataset->GetRasterXSize();
  info.grid.height = dataset->GetRasterYSize();
  try {
    info.grid = geo::describe(*dataset, path).grid;
  } catch (const Error& error) {
    info.cannot_segment = error.what();
  }
  locate(info);
  for (int i = 1; i <= dataset->GetRasterCount(); ++i)
    info.bands.push_back(band_info(*dataset->GetRasterBand(i)));
  for (std::size_t i = 0; i < raster.ndsm.size(); ++i)
    info.bands.push_back(
        {.name = "ndsm", .interpretation = "undefined", .type = "Float32", .nodata = {}, .unit = "m"});
  if (dataset->GetRasterCount() > 0) {
    dataset->GetRasterBand(1)->GetBlockSize(&info.block[0], &info.block[1]);
    info.overviews = dataset->GetRasterBand(1)->GetOverviewCount();
    info.classes = geo::read_classes(*dataset);
  }
  if (info.cannot_segment.empty()) info.notes = geo::value_notes(path, raster);
  info.credits = geo::credits_of(*dataset);
  char** metadata = dataset->GetMetadata();
  for (int i = 0; i < CSLCount(metadata); ++i) {
    const std::string_view item(metadata[i]);
    const std::size_t equals = item.find('=');
    if (!item.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    const std::string_view name = item.substr(0, equals);
    if (name == geo::kClassesItem || name == geo::kAttributionItem || name == geo::kLicenceItem) continue;
    info.made_by.emplace(item.substr(kPrefix.size(), equals - kPrefix.size()), item.substr(equals + 1));
  }
  return info;
}

}  // namespace terramask
