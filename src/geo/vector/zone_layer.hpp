// A layer of zones: polygons in a grid's pixels, and the file that what was found of them is written to.
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
  double kept = 1;       ///< the share of its area that the polygons hold: what lies far away is cut off
  bool empty = false;    ///< no polygon
  bool invalid = false;  ///< rings that cross themselves or each other
};

struct ZoneLayer {
  std::string path;
  std::string layer;
  std::string id_name;  ///< the field's; "zone" without one
  std::string crs;      ///< WKT; empty where it has none, and is taken to be the grid's
  std::string note;     ///< what was taken for granted of it, for people; may be empty
  std::vector<Zone> zones;
  std::uint64_t cut_off = 0;  ///< zones that reach to where the grid's CRS has no place
};

struct ZoneLayerOptions {
  std::string path;
  std::string layer;     ///< empty: the only one
  std::string id_field;  ///< empty: features are numbered as the file numbers them
};

/// Zones whose box in their own CRS does not meet the grid have no polygons, but are no empty ones.
/// @throws Error usage (several layers), not_found (no such layer or field; those that there are are listed),
/// mismatch
///         (no polygons; the grid has no place on the ground), format, io, cancelled
ZoneLayer read_zones(const ZoneLayerOptions& options, const Grid& grid, const std::string& grid_name,
                     const StopFlag* stop);

/// Throws usage for another ending than .csv and .gpkg.
void check_zone_format(const std::string& path);

/// Writes a row a zone, as .csv or .gpkg (there with the geometries and attributes of the layer), and puts it
/// in place.
/// @param rows   a value for each field, for each zone in order
/// @param style  of a GeoPackage (StyleElements::vectors)
void write_zones(const ZoneLayer& zones, std::span<const Field> fields,
                 std::span<const std::vector<FieldValue>> rows, const std::string& style,
                 const std::string& output, bool overwrite);

}  // namespace terramask::geo
