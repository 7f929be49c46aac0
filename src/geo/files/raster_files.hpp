// A raster's files, and when they were made.
#pragma once

#include <string>
#include <vector>

namespace terramask::geo {

/// The files a raster is made of, sidecars and a VRT's sources too; the path itself where GDAL cannot tell.
std::vector<std::string> files_of_raster(const std::string& path);

/// What a raster says of dates, ISO 8601; empty where it says nothing.
struct RasterDates {
  std::string acquired;  ///< when it was taken (ACQUISITIONDATETIME of the domain IMAGERY)
  std::string tagged;    ///< TIFFTAG_DATETIME: mostly when the file was written

  /// By which images are newer or older.
  const std::string& best() const { return acquired.empty() ? tagged : acquired; }
};
RasterDates dates_of_raster(const std::string& path);

/// "2024/05/01 10:00:00+00" of OGR as ISO 8601.
std::string iso_date(std::string text);

}  // namespace terramask::geo
