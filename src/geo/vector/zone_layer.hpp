// Reads a layer of zones as polygons in a grid's pixels, and writes the file of their results.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "geo/base/polygons.hpp"
#include "geo/vector/feature_writer.hpp"
#include "terramask/grid.hpp"
#include "terramask/progress.hpp"

namespace terramask::geo {

struct Zone {
  std::string id;
  Polygons polygons;
  Window bounds;         ///< in pixels
  double kept = 1;       ///< fraction of its area in the polygons: distant parts are cut off
  bool empty = false;    ///< no polygon
  bool invalid = false;  ///< rings that intersect themselves or each other
};

struct ZoneLayer {
  std::string path;
  std::string layer;
  std::string id_name;  ///< name of the field; "zone" without one
  std::string crs;      ///< WKT; empty if it has none and the grid's is assumed
  std::string note;     ///< assumptions about it, for the user; may be empty
  std::vector<Zone> zones;
  std::uint64_t cut_off = 0;  ///< zones that reach to where the grid's CRS is undefined
};

struct ZoneLayerOptions {
  std::string path;
  std::string layer;     ///< empty: the only one
  std::string id_field;  ///< empty: the file's feature numbers are used
};

/// Zones whose box in their own CRS does not intersect the grid have no polygons, but are not `empty`.
/// @throws Error usage (several layers), not_found (no such layer or field; the existing ones are listed),
/// mismatch (no polygons; the grid is not georeferenced), format, io, cancelled
ZoneLayer read_zones(const ZoneLayerOptions& options, const Grid& grid, const std::string& grid_name,
                     const StopFlag* stop);

/// Throws usage for extensions other than .csv and .gpkg.
void check_zone_format(const std::string& path);

/// Writes one row per zone, as .csv or .gpkg (with the geometries and attributes of the layer), and puts the
/// file in place.
/// @param rows   one value per field, for each zone in order
/// @param style  of a GeoPackage (StyleElements::vectors)
void write_zones(const ZoneLayer& zones, std::span<const Field> fields,
                 std::span<const std::vector<FieldValue>> rows, const std::string& style,
                 const std::string& output, bool overwrite);

}  // namespace terramask::geo
