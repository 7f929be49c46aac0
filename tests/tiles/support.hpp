// Small tiles made by GDAL, and folders and MBTiles files of them.
#pragma once

#include <gdal_priv.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "errors.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"
#include "terramask/error.hpp"
#include "terramask/gdal.hpp"
#include "terramask/raster_reader.hpp"
#include "terramask/tiles.hpp"

namespace terramask::tests {

namespace fs = std::filesystem;

class TilesTest : public ::testing::Test {
 protected:
  void SetUp() override { configure_gdal(64 << 20); }

  std::string path(const std::string& name) const { return (folder / name).string(); }

  TemporaryFolder temporary_;
  fs::path folder = temporary_.path();
};

struct NewTile {
  int side = 256;
  int bands = 3;
  const char* driver = "PNG";
  std::vector<const char*> options{};
  /// Value of a pixel: band (1-based), column, row.
  std::function<int(int, int, int)> value = [](int band, int column, int row) {
    return (band * 40 + column + 2 * row) % 256;
  };
  std::function<void(GDALDataset&)> dress = [](GDALDataset&) {};
};

inline std::string contents(const fs::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

inline void write_file(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline void write_tile(const fs::path& path, const NewTile& tile) {
  fs::create_directories(path.parent_path());
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
  const geo::DatasetPtr image(memory->Create("", tile.side, tile.side, tile.bands, GDT_Byte, nullptr));
  ASSERT_NE(image, nullptr);
  tile.dress(*image);
  std::vector<std::uint8_t> line(static_cast<std::size_t>(tile.side));
  for (int band = 1; band <= tile.bands; ++band)
    for (int row = 0; row < tile.side; ++row) {
      for (int column = 0; column < tile.side; ++column)
        line[static_cast<std::size_t>(column)] = static_cast<std::uint8_t>(tile.value(band, column, row));
      ASSERT_EQ(image->GetRasterBand(band)->RasterIO(GF_Write, 0, row, tile.side, 1, line.data(), tile.side,
                                                     1, GDT_Byte, 0, 0, nullptr),
                CE_None);
    }
  std::vector<const char*> options = tile.options;
  options.push_back(nullptr);
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName(tile.driver);
  ASSERT_NE(driver, nullptr) << tile.driver;
  const geo::DatasetPtr written(driver->CreateCopy(path.c_str(), image.get(), TRUE,
                                                   const_cast<char**>(options.data()), nullptr, nullptr));
  ASSERT_NE(written, nullptr) << path;
}

/// An MBTiles file of these images, by the address "z/x/y" (y from the north).
inline void write_mbtiles(const std::string& path, const std::map<std::array<int, 3>, std::string>& images,
                          const std::map<std::string, std::string>& metadata) {
  sqlite::Database database(path, {.mode = sqlite::Mode::create});
  database.run(
      "CREATE TABLE metadata (name text, value text);"
      "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);"
      "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);");
  sqlite::Statement entry = database.prepare("INSERT INTO metadata VALUES (?, ?)");
  for (const auto& [name, value] : metadata)
    entry.bind(0, std::string_view(name)).bind(1, std::string_view(value)).run();
  sqlite::Statement tile = database.prepare("INSERT INTO tiles VALUES (?, ?, ?, ?)");
  for (const auto& [at, bytes] : images)
    tile.bind(0, std::int64_t{at[0]})
        .bind(1, std::int64_t{at[1]})
        .bind(2, (std::int64_t{1} << at[0]) - 1 - at[2])
        .bind_blob(3, bytes)
        .run();
}

/// All of a raster's bands, one after the other, as GDAL reads them.
inline std::vector<std::uint8_t> pixels_of(const std::string& name) {
  const geo::DatasetPtr raster = geo::open_raster(name);
  const int width = raster->GetRasterXSize(), height = raster->GetRasterYSize(),
            bands = raster->GetRasterCount();
  std::vector<std::uint8_t> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                                   static_cast<std::size_t>(bands));
  EXPECT_EQ(raster->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height, GDT_Byte, bands,
                             nullptr, 0, 0, 0, nullptr),
            CE_None)
      << name;
  return values;
}

/// The report of the source of this name.
inline TileReport report_of(const std::string& name) {
  for (TileReport& report : tile_reports())
    if (report.source == without_secrets(name)) return report;
  ADD_FAILURE() << "no report of " << name;
  return {};
}

}  // namespace terramask::tests
