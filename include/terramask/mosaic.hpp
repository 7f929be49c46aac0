// Merges several rasters of one survey.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/nodata_rule.hpp"
#include "terramask/progress.hpp"

namespace terramask {

/// Lays rasters side by side in a virtual raster that RasterReader opens like any other; it holds no pixels
/// and lives as long as the process.
///
/// They must have the same CRS, pixel size, orientation and pixel grid (to a twentieth of a pixel; what is
/// left is snapped), and the same bands: number, types, colour interpretation, names and nodata. Where they
/// overlap, a later raster's valid pixels hide those of the earlier ones, as with gdalbuildvrt. Validity is
/// theirs: nodata, alpha and masks count as in each alone, and what no raster covers is invalid, by an alpha
/// band that is added last. (Where any band's nodata makes a pixel nodata, it counts band by band: where a
/// pixel is nodata in some bands only, an earlier raster shows through in those.)
///
/// @param src_nodata  as RasterOptions::src_nodata, for the laying over each other
/// @param no_alpha    as RasterOptions::no_alpha. What reads the mosaic is told neither of the two: its alpha
///                    band says all
/// @param rule        as RasterOptions::nodata_rule
/// @return a path for RasterOptions::paths and check_output
/// @throws Error usage (fewer than one path), mismatch naming the raster that differs from the first and in
///         what, unsupported (no geotransform), and what opening a raster throws
std::string build_mosaic(std::span<const std::string> paths, const std::string& src_nodata = {},
                         bool no_alpha = false, NodataRule rule = NodataRule::automatic);

/// Which of two tiles is shown where both are valid: the last named, the first named, or the newer file.
enum class TilePriority : std::uint8_t { last, first, newest };
/// What the tiles hold: class values, or anything that may be averaged. `automatic`: one band that names
/// classes or has a palette is of classes.
enum class TileContents : std::uint8_t { automatic, classes, continuous };

struct MosaicOptions {
  /// Rasters, folders, patterns and lists (raster_names.hpp).
  std::vector<std::string> tiles{};
  bool recursive = false;  ///< of folders the subfolders too
  std::string output{};
  std::vector<std::string> creation_options{};  ///< of the COG, as MaskOptions
  std::string src_nodata{};                     ///< as RasterOptions::src_nodata
  TilePriority priority = TilePriority::last;
  TileContents contents = TileContents::automatic;
  /// Tiles on another grid, or in another CRS, are brought to the first one's: class values by nearest, or by
  /// mode where their pixels are the smaller ones; others bilinear, or by average.
  bool align = false;
  bool overwrite = false;
};

struct MosaicSummary {
  std::size_t tiles = 0;
  std::int64_t width = 0, height = 0;
  std::size_t bands = 0;
  std::vector<ClassInfo> classes{};  ///< empty: continuous
  std::size_t aligned = 0;           ///< tiles that lay on another grid
  std::uint64_t valid_pixels = 0;
  std::vector<std::string> warnings{};
  double seconds = 0;
};

/// The raster paths that arguments of this kind stand for. Throws usage (none), and what list_rasters throws.
std::vector<std::string> list_tiles(const std::vector<std::string>& arguments, bool recursive = false);

/// One Cloud Optimized GeoTIFF of many tiles, put in place whole or not at all. Class values keep palette,
/// category names and attribute table, and have overviews by mode; other values keep their bands' types,
/// names, scales and nodata, and have averaged overviews. What no tile covers is nodata; where the tiles have
/// none and something is not covered, an alpha band is added. Metadata in which all tiles agree goes with
/// them. Memory is bounded by GDAL's block cache and some megabytes; a hundred tiles are open at once.
///
/// Errors: what build_mosaic, list_tiles, check_output and MaskWriter throw; mismatch for tiles that name a
/// value differently; unsupported for types of band that are not written (32-bit integers, doubles); format
/// or io naming the tile that cannot be read.
MosaicSummary write_mosaic(const MosaicOptions& options, const ProgressSink& progress, const StopFlag* stop);

}  // namespace terramask
