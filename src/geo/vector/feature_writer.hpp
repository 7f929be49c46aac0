// Features in pixel coordinates, written as a vector file that is put in place whole or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "geo/base/field.hpp"
#include "geo/base/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

enum class FeatureKind { polygon, line };

struct FeatureFileOptions {
  std::string path;   ///< .gpkg, .geojson, .json or .fgb
  std::string layer;  ///< empty: the file's name without its ending
  FeatureKind kind = FeatureKind::polygon;
  /// Its geotransform takes pixels to coordinates (without one, pixels are the coordinates), its CRS is
  /// written; GeoJSON is transformed to WGS 84.
  Grid grid;
  std::vector<Field> fields;
  bool overwrite = false;
  std::string style{};  ///< StyleElements::vectors; empty: none
};

/// Throws usage for a name with another ending, unsupported for GeoJSON from a grid without a CRS and for a
/// format that GDAL was built without.
void check_feature_format(const std::string& path, const Grid& grid);

/// Errors: what `check_feature_format` throws; io (with a full disk told as such).
class FeatureWriter {
 public:
  static std::unique_ptr<FeatureWriter> create(const FeatureFileOptions& options);
  virtual ~FeatureWriter() = default;  ///< removes the working files unless finished

  /// A place for scratch files, gone with the writer.
  virtual std::string scratch(const std::string& name) const = 0;
  /// Adds a ring of the polygon that is written next: its outer ring, then its holes. Not closed by a
  /// repeated point; the polygon lies left of a walk with y downwards.
  virtual void add_ring(std::span<const Point> pixels) = 0;
  /// Sets the line that is written next.
  virtual void set_line(std::span<const Point> pixels) = 0;
  /// Writes what was added, with a value a field.
  virtual void write(std::span<const FieldValue> values) = 0;
  virtual std::uint64_t features() const = 0;
  virtual std::uint64_t vertices() const = 0;
  /// Closes the file, looks whether all features are in it, flushes it to disk and renames it.
  virtual void finish() = 0;
};

}  // namespace terramask::geo
