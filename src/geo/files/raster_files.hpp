// The files of a raster, and their dates.
#pragma once

#include <string>
#include <vector>

namespace terramask::geo {

/// The files of a raster, including sidecars and a VRT's sources; the path itself if GDAL cannot list them.
std::vector<std::string> files_of_raster(const std::string& path);

/// The dates in a raster's metadata, ISO 8601; empty if there are none.
struct RasterDates {
  std::string acquired;  ///< acquisition date (ACQUISITIONDATETIME of the domain IMAGERY)
  std::string tagged;    ///< TIFFTAG_DATETIME: usually when the file was written

  /// The date by which images are ordered.
  const std::string& best() const { return acquired.empty() ? tagged : acquired; }
};
RasterDates dates_of_raster(const std::string& path);

/// Converts OGR's "2024/05/01 10:00:00+00" to ISO 8601.
std::string iso_date(std::string text);

}  // namespace terramask::geo
