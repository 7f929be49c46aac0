// Where the rows of a CSV file lie: which of its columns hold geometries or coordinates.
#pragma once

#include <cpl_string.h>
#include <ogrsf_frmts.h>

#include <string>

namespace terramask::geo {

/// Whether GDAL has opened the file with its CSV driver.
bool is_csv(GDALDataset& file);

/// Whether a column that should hold geometries holds PostGIS' "SRID=4326;POINT(...)", which GDAL does not
/// read.
bool holds_ewkt(GDALDataset& file);

struct CsvColumns {
  std::string geometry;  ///< of WKT, GeoJSON or hexadecimal WKB
  std::string x, y;      ///< used where there is no `geometry`
  bool degrees = false;  ///< the names say longitude and latitude

  bool any() const { return !geometry.empty() || !x.empty(); }
  /// For GDAL's driver to make geometries of them.
  CPLStringList open_options() const;
};

/// What a CSV file says of where its coordinates lie.
enum class CsvPlace {
  none,     ///< it is no CSV file, or says no more than its CRS
  degrees,  ///< its columns are called longitude and latitude
  unsaid
};
CsvPlace csv_place(OGRLayer& layer);

/// By the columns' names, whatever their case: geometry, geom, wkt, ...; longitude and latitude, lon and lat,
/// lng, x and y, easting and northing, ... Nothing for files of other drivers, and for those that GDAL finds
/// geometries in by itself.
CsvColumns csv_columns(GDALDataset& file);

/// Lets `csv_place` know what was found in a file that was opened by these columns.
void remember_place(GDALDataset& file, const CsvColumns& columns);

}  // namespace terramask::geo
