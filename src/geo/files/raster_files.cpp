#include "geo/files/raster_files.hpp"

#include <algorithm>

#include "geo/files/open.hpp"

namespace terramask::geo {

std::vector<std::string> files_of_raster(const std::string& path) {
  std::vector<std::string> files;
  ensure_drivers();
  const GdalErrors silence;  // read errors are reported when it is read
  const DatasetPtr raster(
      GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
  if (raster != nullptr) {
    char** list = raster->GetFileList();
    for (int i = 0; i < CSLCount(list); ++i) files.emplace_back(list[i]);
    CSLDestroy(list);
  }
  if (std::find(files.begin(), files.end(), path) == files.end()) files.insert(files.begin(), path);
  return files;
}

RasterDates dates_of_raster(const std::string& path) {
  const DatasetPtr raster = open_raster(path);
  const GdalErrors silence;
  RasterDates dates;
  if (const char* taken = raster->GetMetadataItem("ACQUISITIONDATETIME", "IMAGERY")) dates.acquired = taken;
  const char* text = raster->GetMetadataItem("TIFFTAG_DATETIME");
  if (text == nullptr) return dates;
  // "2024:05:01 10:00:00" in TIFF.
  std::string date = text;
  if (date.size() >= 10 && date[4] == ':' && date[7] == ':') date[4] = date[7] = '-';
  dates.tagged = iso_date(date);
  return dates;
}

std::string iso_date(std::string text) {
  if (text.size() >= 10 && text[4] == '/' && text[7] == '/') text[4] = text[7] = '-';
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
  return text;
}

}  // namespace terramask::geo
