// Writes masks and probabilities as valid Cloud Optimized GeoTIFFs, atomically.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"
#include "terramask/output.hpp"
#include "terramask/progress.hpp"

namespace terramask {

struct MaskOptions {
  std::string path;
  /// The grid of the output raster (already cut to the bounds where there are any).
  Grid grid;
  std::vector<ClassInfo> classes;
  /// Written into the TIFF's own metadata (model name, hash, software, ...), besides the classes as JSON.
  std::map<std::string, std::string> metadata;
  /// GDAL creation options "NAME=VALUE", over the defaults (COMPRESS=DEFLATE, BIGTIFF=IF_SAFER,
  /// ...).
  std::vector<std::string> creation_options;
  bool overwrite = false;
  /// Values that QGIS shows transparent; empty: those of the background.
  std::optional<std::set<int>> see_through{};
};

enum class ProbabilityType { byte, float32 };

/// Writes a mask of class values; nodata is 255 (Byte), or 65535 (UInt16) above 255 classes or for values
/// above 254. Blocks may come in any order, from one thread, each pixel at most once (a second time fails at
/// `finish`); what was not written is nodata. Blocks of whole 512 × 512 tiles are written fastest.
///
/// No file has the final name before `finish`: the work is done in a hidden folder beside it
/// (".mask.tif.part-inwork"). Memory is bounded by GDAL's block cache (GDALSetCacheMax) and some tiles, never
/// by the raster.
///
/// Errors: usage (classes, creation options), what `check_output` throws, io (with the bytes needed and free
/// where the disk is full), internal (a block outside the grid, a value that is no class), cancelled.
class MaskWriter {
 public:
  static std::unique_ptr<MaskWriter> create(const MaskOptions& options);
  virtual ~MaskWriter() = default;  ///< removes the working files unless finished
  /// @param values height × width class *values* or nodata()
  virtual void write(const Window& window, std::span<const std::uint16_t> values) = 0;
  virtual int nodata() const = 0;
  /// Builds the COG (overviews by mode, palette, category names, raster attribute table with pixel counts and
  /// ellipsoidal areas), closes it, reopens it, compares all of it with what was written, flushes it to disk
  /// and renames the sidecar first and the TIFF last. Sidecars of a file that it replaces are removed.
  ///
  /// Areas (columns Area_m2 and Area_ha) lie on the CRS's own ellipsoid; they are left out, rather than
  /// wrong, where the grid has no CRS, no geotransform, or a CRS without a place on Earth (a site grid, a
  /// rotated pole). Names and table stand in the sidecar (.aux.xml), the classes also in the TIFF's item
  /// TERRAMASK_CLASSES. QGIS finds a style beside it (.qml): the classes, and nothing else, in its legend.
  /// @param progress may be empty. Phases: "building overviews", "writing the COG", "verifying"
  /// @param stop     may be null
  void finish(const ProgressSink& progress, const StopFlag* stop);
  /// The first part of `finish`, which may fail or be stopped, and the renaming: files that belong together
  /// are all completed before the first is put in place.
  virtual void complete(const ProgressSink& progress, const StopFlag* stop) = 0;
  virtual void put_in_place() = 0;
};

/// Probabilities, a band a class named after it: Byte 0-254 with scale 1/254 and nodata 255, or Float32 with
/// nodata NaN; overviews by average. QGIS shows one band, from transparent to the class's colour. The rest is
/// as for MaskWriter.
class ProbabilityWriter {
 public:
  static std::unique_ptr<ProbabilityWriter> create(const MaskOptions& options, ProbabilityType type);
  virtual ~ProbabilityWriter() = default;
  /// @param values classes × height × width in [0, 1]; invalid where valid is 0
  virtual void write(const Window& window, std::span<const float> values,
                     std::span<const std::uint8_t> valid) = 0;
  void finish(const ProgressSink& progress, const StopFlag* stop);
  virtual void complete(const ProgressSink& progress, const StopFlag* stop) = 0;
  virtual void put_in_place() = 0;
};

/// Of a mask (and its probabilities) of `grid`: working file, COG and overviews, uncompressed.
DiskEstimate estimate_disk(const std::string& path, const Grid& grid, std::size_t classes, bool probabilities,
                           ProbabilityType type);

}  // namespace terramask
