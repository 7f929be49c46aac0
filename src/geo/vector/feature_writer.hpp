// Writes features in pixel coordinates to a vector file, which is put in place whole or not at all.
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
  std::string layer;  ///< empty: the file name without extension
  FeatureKind kind = FeatureKind::polygon;
  /// Its geotransform converts pixels to coordinates (without one, pixels are the coordinates) and its CRS is
  /// written. GeoJSON is transformed to WGS 84.
  Grid grid;
  std::vector<Field> fields;
  bool overwrite = false;
  std::string style{};  ///< StyleElements::vectors; empty: none
};

/// Throws usage for another extension, and unsupported for GeoJSON from a grid without a CRS and for a format
/// missing from the GDAL build.
void check_feature_format(const std::string& path, const Grid& grid);

/// Throws as `check_feature_format` does; io (a full disk is reported as such).
class FeatureWriter {
 public:
  static std::unique_ptr<FeatureWriter> create(const FeatureFileOptions& options);
  virtual ~FeatureWriter() = default;  ///< removes the working files unless finished

  /// A path for scratch files, removed with the writer.
  virtual std::string scratch(const std::string& name) const = 0;
  /// Adds a ring to the next polygon: its outer ring, then its holes. Do not repeat the first point. With y
  /// downwards, the polygon is to the left of the ring's direction.
  virtual void add_ring(std::span<const Point> pixels) = 0;
  /// Sets the next line.
  virtual void set_line(std::span<const Point> pixels) = 0;
  /// Writes the geometry added, with one value per field.
  virtual void write(std::span<const FieldValue> values) = 0;
  virtual std::uint64_t features() const = 0;
  virtual std::uint64_t vertices() const = 0;
  /// Closes the file, checks that it contains all features, flushes it to disk and renames it.
  virtual void finish() = 0;
};

}  // namespace terramask::geo
