// Rasters of one band on disk that are read back by whoever wrote them, and then removed.
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
  int side = 512;           ///< of its blocks
  bool compressed = false;  ///< else it is sparse: blocks nobody wrote take no room
};

/// Throws io.
DatasetPtr create_scratch(const ScratchRaster& raster);

/// Reads or writes a window of values of `type`. Throws io.
/// @param doing what fails where it does: "writing failed"
void transfer_scratch(GDALDataset& dataset, GDALRWFlag direction, const Window& window, void* values,
                      GDALDataType type, const std::string& path, const std::string& doing);

}  // namespace terramask::geo
