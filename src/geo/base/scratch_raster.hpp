// Single-band temporary rasters on disk.
#pragma once

#include <cstdint>
#include <string>

#include "geo/base/gdal_support.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

struct ScratchRaster {
  std::string path;
  std::int64_t width = 0, height = 0;
  GDALDataType type = GDT_Byte;
  int side = 512;           ///< of a block
  bool compressed = false;  ///< if false, sparse: blocks never written take no space
};

/// Throws io.
DatasetPtr create_scratch(const ScratchRaster& raster);

/// Reads or writes a window of values of type `type`. Throws io.
/// @param doing the failed operation, for the message: "writing failed"
void transfer_scratch(GDALDataset& dataset, GDALRWFlag direction, const Window& window, void* values,
                      GDALDataType type, const std::string& path, const std::string& doing);

}  // namespace terramask::geo
