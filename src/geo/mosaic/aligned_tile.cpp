#include "geo/mosaic/aligned_tile.hpp"

#include <fmt/format.h>
#include <gdal_utils.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <memory>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/base/longitudes.hpp"
#include "geo/files/open.hpp"

namespace terramask::geo {
namespace {

constexpr double kTileSnap = 0.05;  // pixels, as in a mosaic

/// The tile's extent on the grid, in whole pixels.
struct PixelBox {
  double left, top, right, bottom;
};

PixelBox box_on(const FileFacts& tile, const Grid& grid) {
  OGRSpatialReference from, to;
  from.SetFromUserInput(tile.grid.crs.c_str());
  to.SetFromUserInput(grid.crs.c_str());
  from.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  to.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  GdalErrors errors;
  const std::unique_ptr<OGRCoordinateTransformation> way(OGRCreateCoordinateTransformation(&from, &to));
  const auto width = static_cast<double>(tile.grid.width), height = static_cast<double>(tile.grid.height);
  double xmin = INFINITY, ymin = INFINITY, xmax = -INFINITY, ymax = -INFINITY;
  for (const double column : {0.0, width})
    for (const double row : {0.0, height}) {
      const auto at = tile.grid.to_world(column, row);
      xmin = std::min(xmin, at[0]);
      xmax = std::max(xmax, at[0]);
      ymin = std::min(ymin, at[1]);
      ymax = std::max(ymax, at[1]);
    }
  double left = 0, bottom = 0, right = 0, top = 0;
  if (way == nullptr ||
      way->TransformBounds(xmin, ymin, xmax, ymax, &left, &bottom, &right, &top, 21) == FALSE)
    throw Error(ErrorCode::mismatch,
                fmt::format("{}: has no place in {} ({})", tile.path, crs_label(grid.crs), errors.text()),
                "leave it out");
  if (right < left) right += full_turn(grid.crs).value_or(0);  // across 180 degrees
  const auto a = grid.to_pixel(left, top), b = grid.to_pixel(right, bottom);
  // Rounding must not add a row to a tile whose edge is on the grid's.
  return {std::floor(a[0] + 1e-6), std::floor(a[1] + 1e-6), std::ceil(b[0] - 1e-6), std::ceil(b[1] - 1e-6)};
}

std::string method(const PixelBox& box, const Grid& tile, bool classes) {
  const double across = static_cast<double>(tile.width) / std::max(1.0, box.right - box.left);
  const bool smaller = across > 2;
  if (classes) return smaller ? "mode" : "near";
  return smaller ? "average" : "bilinear";
}

}  // namespace

bool on_grid(const Grid& tile, const Grid& grid) {
  if (tile.crs.empty() != grid.crs.empty() || (!tile.crs.empty() && !same_crs(tile.crs, grid.crs)))
    return false;
  const auto corner = [&](double column, double row) {
    const auto world = tile.to_world(column, row);
    return grid.to_pixel(world[0], world[1]);
  };
  const auto w = static_cast<double>(tile.width), h = static_cast<double>(tile.height);
  const auto origin = corner(0, 0), right = corner(w, 0), below = corner(0, h);
  const double off =
      std::max({std::abs(right[0] - origin[0] - w), std::abs(right[1] - origin[1]),
                std::abs(below[0] - origin[0]), std::abs(below[1] - origin[1] - h),
                std::abs(origin[0] - std::round(origin[0])), std::abs(origin[1] - std::round(origin[1]))});
  return off < kTileSnap;
}

std::string align_tile(const FileFacts& tile, const FileFacts& first, bool classes) {
  const Grid& grid = first.grid;
  const auto& t = grid.geotransform;
  if (t[2] != 0 || t[4] != 0 || !(t[1] > 0) || !(t[5] < 0))
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: its grid is rotated, {} cannot be resampled to it", first.path, tile.path),
                "name a tile with north up first");
  if (tile.grid.crs.empty() || grid.crs.empty())
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: has no CRS", tile.grid.crs.empty() ? tile.path : first.path),
                "assign it first: `gdal_edit.py -a_srs`");
  const PixelBox box = box_on(tile, grid);
  const auto upper = grid.to_world(box.left, box.top), lower = grid.to_world(box.right, box.bottom);
  std::vector<std::string> words{"-of", "VRT", "-t_srs", grid.crs, "-r", method(box, tile.grid, classes),
                                 "-te"};
  for (const double side : {upper[0], lower[1], lower[0], upper[1]})
    words.push_back(fmt::format("{:.17g}", side));
  words.insert(words.end(), {"-ts", fmt::format("{:.0f}", box.right - box.left),
                             fmt::format("{:.0f}", box.bottom - box.top), "-wm", "32", "-et", "0.125"});
  const BandFacts& band = first.bands.front();
  if (band.nodata)
    words.insert(words.end(), {"-dstnodata", fmt::format("{}", *band.nodata)});
  else
    words.emplace_back("-dstalpha");
  CPLStringList list;
  for (const std::string& word : words) list.AddString(word.c_str());

  static std::atomic<int> made{0};
  std::string path = fmt::format("/vsimem/terramask_aligned_{}/{}.vrt", made.fetch_add(1),
                                 std::filesystem::path(tile.path).stem().string());
  const DatasetPtr source = open_raster(tile.path);
  GdalErrors errors;
  const std::unique_ptr<GDALWarpAppOptions, decltype(&GDALWarpAppOptionsFree)> options(
      GDALWarpAppOptionsNew(list.List(), nullptr), GDALWarpAppOptionsFree);
  GDALDatasetH sources[] = {GDALDataset::ToHandle(source.get())};
  int wrong = FALSE;
  const DatasetPtr aligned(GDALDataset::FromHandle(
      options == nullptr ? nullptr : GDALWarp(path.c_str(), nullptr, 1, sources, options.get(), &wrong)));
  if (aligned == nullptr)
    throw errors.error(ErrorCode::mismatch, tile.path, "cannot be resampled to the grid of " + first.path,
                       "bring it there with `gdalwarp -tap -tr xres yres`");
  return path;
}

}  // namespace terramask::geo
