// The columns of a CSV file that hold geometries or coordinates.
#pragma once

#include <cpl_string.h>
#include <ogrsf_frmts.h>

#include <string>

namespace terramask::geo {

/// Whether GDAL opened the file with its CSV driver.
bool is_csv(GDALDataset& file);

/// Whether a geometry column contains PostGIS's "SRID=4326;POINT(...)", which GDAL does not read.
bool holds_ewkt(GDALDataset& file);

struct CsvColumns {
  std::string geometry;  ///< of WKT, GeoJSON or hexadecimal WKB
  std::string x, y;      ///< used if there is no `geometry`
  bool degrees = false;  ///< the names denote longitude and latitude

  bool any() const { return !geometry.empty() || !x.empty(); }
  /// Options with which GDAL's driver makes geometries of the columns.
  CPLStringList open_options() const;
};

/// What a CSV file specifies about its coordinates.
enum class CsvPlace {
  none,     ///< not a CSV file, or nothing but its CRS
  degrees,  ///< its columns are named longitude and latitude
  unsaid
};
CsvPlace csv_place(OGRLayer& layer);

/// Finds the columns by name, ignoring case: geometry, geom, wkt, ...; longitude and latitude, lon and lat,
/// lng, x and y, easting and northing, ... Empty for files of other drivers, and for those in which GDAL
/// finds geometries itself.
CsvColumns csv_columns(GDALDataset& file);

/// Records for `csv_place` what was found in a file that was opened with these columns.
void remember_place(GDALDataset& file, const CsvColumns& columns);

}  // namespace terramask::geo
