// Files opened for reading, whatever they are: slippy-map tiles, what gzip has compressed, CSV files too.
#pragma once

#include <string>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {

/// Registers GDAL's drivers and that of slippy-map tiles, once.
void ensure_drivers();

/// Opens a raster for reading; throws not_found, format or (a container of several rasters) usage.
DatasetPtr open_raster(const std::string& path);

/// Opens a vector file for reading; throws not_found or format, and unsupported for a file of OpenStreetMap
/// that holds what is deleted there.
/// @param options of the driver ("NAME=VALUE", ended by null); may be null. Who gives them for a file of
/// OpenStreetMap has seen to what is deleted.
DatasetPtr open_vector(const std::string& path, const char* const* options = nullptr);

}  // namespace terramask::geo
