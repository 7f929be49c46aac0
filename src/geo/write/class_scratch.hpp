// Classes on a grid of their own, kept on disk until they are read on another.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "geo/base/gdal_support.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// A compressed raster of bytes. Memory is bounded by GDAL's block cache; the caller removes the file.
class ClassScratch {
 public:
  /// @param side of its blocks: windows that begin and end at multiples of it are written fastest
  ClassScratch(const Grid& grid, const std::string& path, int side = 512);

  void write(const Window& window, std::span<const std::uint8_t> values);
  /// Closes the file; it can be opened as any raster from then on. Throws io.
  void finish();

 private:
  std::string path_;
  DatasetPtr dataset_;
};

}  // namespace terramask::geo
