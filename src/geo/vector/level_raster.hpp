// A raster of levels on disk; each pixel keeps the highest level painted on it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "geo/base/gdal_support.hpp"
#include "geo/base/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Shapes may be painted in any order, so vector files need be read only once: the level determines which
/// shape is on top. Memory is bounded by GDAL's block cache.
class LevelRaster {
 public:
  /// @param path of the backing file, which grows as pixels are painted; the caller removes it
  LevelRaster(std::int64_t width, std::int64_t height, const std::string& path);

  /// Paints the pixels whose centres are inside the polygons, or (`touched`) those that they touch.
  /// @param level above 0, the value of unpainted pixels
  /// @return number of the raster's pixels that the polygons cover, even if higher levels hide them
  std::uint64_t paint(const Polygons& polygons, bool touched, std::uint16_t level);

  /// @param levels height × width
  void read(const Window& window, std::span<std::uint16_t> levels);

  /// Maximum size in bytes of a raster's file.
  static std::uint64_t most_bytes(std::int64_t width, std::int64_t height);

 private:
  std::uint64_t paint_part(const Window& part, const Polygons& polygons, bool touched, std::uint16_t level);
  void transfer(GDALRWFlag direction, const Window& window, std::uint16_t* levels);

  std::string path_;
  Window extent_;
  DatasetPtr dataset_;
  std::vector<std::uint8_t> inside_;
  std::vector<std::uint16_t> order_;
};

}  // namespace terramask::geo
