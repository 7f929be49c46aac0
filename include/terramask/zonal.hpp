// Area of each class in each zone of a polygon layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "terramask/class_info.hpp"
#include "terramask/grid.hpp"
#include "terramask/progress.hpp"

namespace terramask {

struct ZonalOptions {
  std::string mask{};      ///< one band of class values; anything GDAL opens
  std::string zones{};     ///< a vector file that GDAL opens, in any CRS
  std::string layer{};     ///< of `zones`; empty: the only one
  std::string id_field{};  ///< the attribute that names a zone; empty: the feature's number
  std::string output{};    ///< .csv or .gpkg; empty: nothing is written
  /// Further outputs with other extensions, written in the same pass.
  std::vector<std::string> also{};
  std::string crs{};         ///< in place of the mask's
  std::string src_nodata{};  ///< as RasterOptions::src_nodata
  bool overwrite = false;
};

/// Pixels whose centres lie in a zone, and their ground.
struct ZoneArea {
  std::uint64_t pixels = 0;
  double area_m2 =
      0;  ///< on the ellipsoid of the mask's CRS, as a mask's attribute table has it; see `has_areas`
};

struct ZoneStatistics {
  std::string id;
  std::vector<ZoneArea> classes;  ///< in the order of ZonalStatistics::classes
  ZoneArea nodata;                ///< on the mask, where it is nodata
  /// Share of the zone's pixel centres that lie on the mask: 1 where it is inside, 0 where it misses it.
  double covered = 0;

  ZoneArea classified() const;  ///< all classes together
};

struct ZonalStatistics {
  std::vector<ClassInfo> classes;     ///< those that the mask names, then values it does not name
  std::vector<ZoneStatistics> zones;  ///< in the layer's order
  bool has_areas = false;  ///< false if the mask has no place on the ground: only pixels are counted then
  std::vector<std::string> warnings;
  double seconds = 0;
};

/// A pixel counts in every zone that its centre lies in, once: overlapping zones are each reported in full,
/// and neighbours that share a border share no pixel. Where rings cross themselves, what they surround an odd
/// number of times is inside. Zones are brought into the mask's CRS; edges that are bent there are divided.
/// The mask is read once, by rows; memory is bounded by a strip of it and the zones' vertices.
///
/// The output has a row a zone, in the layer's order: the zone's id (a column of the field's name, or
/// "zone"), covered_pct, area_ha (of what lies on the mask), nodata_ha, nodata_pct (of area_ha), and for each
/// class NAME_ha, NAME_pct (of the zone's classified area) and NAME_px; without CRS no hectares, and shares
/// are those of pixels. A GeoPackage holds the zones' geometries and attributes too. It is written
/// atomically.
///
/// Errors: usage (which layer, which ending), exists, not_found (no such layer or field), mismatch (no zone
/// meets the mask; the mask has no CRS and the zones have one; several bands; values that are no class),
/// format, io, cancelled.
ZonalStatistics zonal_statistics(const ZonalOptions& options, const ProgressSink& progress,
                                 const StopFlag* stop);

/// Reads the zones as for a mask of this grid that is yet to be made, and throws what zonal_statistics would.
/// @param name of the grid, for messages
void check_zones(const ZonalOptions& options, const Grid& grid, const std::string& name,
                 const StopFlag* stop);

}  // namespace terramask
