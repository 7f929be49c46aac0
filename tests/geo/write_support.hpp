// What the tests of the writers share.
#pragma once

#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "errors.hpp"
#include "geo/base/gdal_support.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask::tests {

inline Grid utm_grid(std::int64_t width, std::int64_t height) {
  Grid grid;
  grid.width = width;
  grid.height = height;
  grid.geotransform = {500000.25, 0.5, 0, 4649776.75, 0, -0.5};
  grid.has_geotransform = true;
  grid.crs = "EPSG:32632";
  return grid;
}

inline std::vector<ClassInfo> town_classes() {
  return {{0, "background", "#000000"}, {1, "road", "#ffd400"}, {4, "Gebäude <old> & \"new\"", "#d02020"}};
}

/// Blobs of the town's classes with a corner of nodata: every class is there, runs and single pixels are too.
inline std::uint16_t town_value(std::int64_t x, std::int64_t y, int nodata) {
  if (x + y < 40) return static_cast<std::uint16_t>(nodata);
  if ((x * 7 + y * 13) % 97 == 0) return 4;
  return ((x / 50) + (y / 30)) % 3 == 0 ? 1 : 0;
}

inline std::vector<std::uint16_t> town_block(const Window& window, int nodata) {
  std::vector<std::uint16_t> values;
  for (std::int64_t y = window.y; y < window.y + window.height; ++y)
    for (std::int64_t x = window.x; x < window.x + window.width; ++x)
      values.push_back(town_value(x, y, nodata));
  return values;
}

/// Writes all of the grid in blocks of `side`, last block first.
inline void write_town(MaskWriter& writer, const Grid& grid, std::int64_t side) {
  std::vector<Window> windows;
  for (std::int64_t y = 0; y < grid.height; y += side)
    for (std::int64_t x = 0; x < grid.width; x += side)
      windows.push_back(intersect({x, y, side, side}, grid.extent()));
  for (auto window = windows.rbegin(); window != windows.rend(); ++window)
    writer.write(*window, town_block(*window, writer.nodata()));
}

/// A mask of the town at `path`.
inline void make_town_mask(const std::string& path, const Grid& grid, bool overwrite = false) {
  MaskOptions options{.path = path,
                      .grid = grid,
                      .classes = town_classes(),
                      .metadata = {},
                      .creation_options = {},
                      .overwrite = overwrite};
  const auto writer = MaskWriter::create(options);
  write_town(*writer, grid, 300);
  writer->finish({}, nullptr);
}

template <class T>
std::vector<T> read_band(GDALDataset& raster, int band, GDALDataType type) {
  const int width = raster.GetRasterXSize();
  const int height = raster.GetRasterYSize();
  std::vector<T> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  EXPECT_EQ(raster.GetRasterBand(band)->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height,
                                                 type, 0, 0, nullptr),
            CE_None);
  return values;
}

/// Exit status of a command whose output is appended to `log`; -1 where it could not be run.
inline int run_command(const std::string& command, const std::string& log) {
  const int status = std::system((command + " >> '" + log + "' 2>&1").c_str());
  return status == -1 || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);
}

inline std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace terramask::tests

/// Skips, saying so, where GDAL's validator of COGs is not installed; else the file must pass it.
#define TERRAMASK_EXPECT_VALID_COG(path, folder)                                                            \
  do {                                                                                                      \
    const std::string log = (folder).file("validator.log");                                                 \
    const std::string module = "/usr/bin/python3 -m osgeo_utils.samples.validate_cloud_optimized_geotiff "; \
    if (run_command("/usr/bin/python3 -c 'import osgeo_utils.samples.validate_cloud_optimized_geotiff'",    \
                    log))                                                                                   \
      GTEST_SKIP() << "needs python3-gdal (osgeo_utils.samples.validate_cloud_optimized_geotiff)";          \
    EXPECT_EQ(run_command(module + "--full-check=yes '" + (path) + "'", log), 0) << text_of(log);           \
    EXPECT_EQ(text_of(log).find("warning"), std::string::npos) << text_of(log);                             \
    std::filesystem::remove(log);                                                                           \
  } while (false)
