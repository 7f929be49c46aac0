// A raster of levels on disk, in which the highest level that was painted on a pixel stays.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "geo/base/gdal_support.hpp"
#include "geo/base/polygons.hpp"
#include "terramask/grid.hpp"

namespace terramask::geo {

/// Shapes may be painted in any order, so that vector files need be read but once: what lies over what is
/// told by level. Memory is bounded by GDAL's block cache.
class LevelRaster {
 public:
  /// @param path of the file it is kept in, which grows as it is painted; the caller removes it
  LevelRaster(std::int64_t width, std::int64_t height, const std::string& path);

  /// Paints the pixels whose centres lie in the polygons, or (`touched`) those that they touch.
  /// @param level above 0, which is what no one painted
  /// @return how many pixels of the raster the polygons cover, whatever lies over them
  std::uint64_t paint(const Polygons& polygons, bool touched, std::uint16_t level);

  /// @param levels height × width
  void read(const Window& window, std::span<std::uint16_t> levels);

  /// Most bytes that the file of a raster takes.
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
