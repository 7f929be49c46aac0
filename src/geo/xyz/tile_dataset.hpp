// The GDAL driver of "xyz:" names (tiles/source_name.hpp): wherever GDAL opens a raster, tiles are one.
#pragma once

#include <string>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {

/// A dataset whose blocks are tiles: red, green, blue and alpha (or index and alpha) of Byte, in EPSG:3857.
/// Missing and failed tiles are 0 in every band, alpha too. Its metadata hold ATTRIBUTION and LICENSE.
/// GDALDataset::AdviseRead has tiles fetched before they are read.
/// Throws what open_tile_mosaic throws.
DatasetPtr open_tile_dataset(const std::string& name);

/// For ensure_drivers.
void register_tile_driver();

}  // namespace terramask::geo
