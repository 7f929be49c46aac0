// The GDAL driver of "xyz:" names (tiles/source_name.hpp): tiles can be used wherever GDAL opens a raster.
#pragma once

#include <string>

#include "geo/base/gdal_support.hpp"

namespace terramask::geo {

/// A dataset whose blocks are tiles: red, green, blue and alpha (or index and alpha) of Byte, in EPSG:3857.
/// Missing and failed tiles are 0 in every band, including alpha. Its metadata contain ATTRIBUTION and
/// LICENSE. GDALDataset::AdviseRead prefetches tiles. Throws as open_tile_mosaic does.
DatasetPtr open_tile_dataset(const std::string& name);

/// For ensure_drivers.
void register_tile_driver();

}  // namespace terramask::geo
