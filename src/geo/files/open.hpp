// Opens files for reading: slippy-map tiles, gzip-compressed files and CSV files too.
#pragma once

#include <string>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {

/// Registers GDAL's drivers and the driver of slippy-map tiles, once.
void ensure_drivers();

/// Opens a raster for reading. Throws not_found, format or (a container of several rasters) usage.
DatasetPtr open_raster(const std::string& path);

/// Opens a vector file for reading. Throws not_found, format, and unsupported for an OpenStreetMap file that
/// contains deleted objects.
/// @param options of the driver ("NAME=VALUE", null-terminated); may be null. If they are given for an
/// OpenStreetMap file, the caller has checked for deleted objects.
DatasetPtr open_vector(const std::string& path, const char* const* options = nullptr);

}  // namespace terramask::geo
