// Classes on their own grid, kept on disk until they are read on another.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "geo/base/gdal_support.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// A compressed Byte raster. Memory is bounded by GDAL's block cache. The caller removes the file.
class ClassScratch {
 public:
  /// @param side block side: windows that begin and end at multiples of it are written fastest
  ClassScratch(const Grid& grid, const std::string& path, int side = 512);

  void write(const Window& window, std::span<const std::uint8_t> values);
  /// Closes the file; it can then be opened like any raster. Throws io.
  void finish();

 private:
  std::string path_;
  DatasetPtr dataset_;
};

}  // namespace terramask::geo
