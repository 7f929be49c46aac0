// Small rasters for the tests of reading, and expectations about errors.
#pragma once

#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogr_spatialref.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "errors.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"
#include "terramask/error.hpp"
#include "terramask/gdal.hpp"
#include "terramask/raster_reader.hpp"

namespace terramask::tests {

class ReadTest : public ::testing::Test {
 protected:
  ReadTest() { configure_gdal(64 << 20); }

  std::string file(const std::string& name) const { return (folder / name).string(); }

  TemporaryFolder temporary_;
  std::filesystem::path folder = temporary_.path();
};

struct NewRaster {
  int width = 8;
  int height = 8;
  int bands = 1;
  GDALDataType type = GDT_Byte;
  std::string crs = "EPSG:32633";
  std::vector<double> geotransform{500000, 1, 0, 5000000, 0, -1};
  /// Value of a pixel: band (1-based), column, row.
  std::function<double(int, int, int)> value = [](int band, int column, int row) {
    return band + column + row;
  };
  std::function<void(GDALDataset&)> dress = [](GDALDataset&) {};
  std::vector<const char*> options{};
};

inline void write_raster(const std::string& path, const NewRaster& raster) {
  GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
  std::vector<const char*> options = raster.options;
  options.push_back(nullptr);
  GDALDataset* dataset = driver->Create(path.c_str(), raster.width, raster.height, raster.bands, raster.type,
                                        const_cast<char**>(options.data()));
  ASSERT_NE(dataset, nullptr);
  if (!raster.crs.empty()) {
    OGRSpatialReference crs;
    ASSERT_EQ(crs.SetFromUserInput(raster.crs.c_str()), OGRERR_NONE);
    dataset->SetSpatialRef(&crs);
  }
  if (!raster.geotransform.empty()) {
    std::vector<double> geotransform = raster.geotransform;
    dataset->SetGeoTransform(geotransform.data());
  }
  raster.dress(*dataset);
  std::vector<double> line(static_cast<std::size_t>(raster.width));
  for (int band = 1; band <= raster.bands; ++band) {
    for (int row = 0; row < raster.height; ++row) {
      for (int column = 0; column < raster.width; ++column) {
        line[static_cast<std::size_t>(column)] = raster.value(band, column, row);
      }
      ASSERT_EQ(dataset->GetRasterBand(band)->RasterIO(GF_Write, 0, row, raster.width, 1, line.data(),
                                                       raster.width, 1, GDT_Float64, 0, 0, nullptr),
                CE_None);
    }
  }
  GDALClose(dataset);
}

struct Pixels {
  std::vector<float> values;
  std::vector<std::uint8_t> valid;
};

inline Pixels read(RasterReader& reader, const Window& window) {
  const auto count = static_cast<std::size_t>(window.width * window.height);
  Pixels pixels{std::vector<float>(count * reader.bands(), -12345.0F), std::vector<std::uint8_t>(count, 7)};
  reader.read(window, pixels.values, pixels.valid);
  return pixels;
}

inline Pixels read_all(RasterReader& reader) {
  return read(reader, reader.working_grid().extent());
}

inline Pixels read_all(const RasterOptions& options) {
  return read_all(*RasterReader::open(options));
}

/// The whole raster, put together from windows.
inline Pixels read_tiled(RasterReader& reader, std::int64_t width, std::int64_t height) {
  const Grid& grid = reader.working_grid();
  const auto count = static_cast<std::size_t>(grid.width * grid.height);
  Pixels all{std::vector<float>(count * reader.bands()), std::vector<std::uint8_t>(count)};
  for (std::int64_t y = 0; y < grid.height; y += height) {
    for (std::int64_t x = 0; x < grid.width; x += width) {
      const Window window = intersect({x, y, width, height}, grid.extent());
      const Pixels part = read(reader, window);
      for (std::int64_t row = 0; row < window.height; ++row) {
        const std::int64_t to = (window.y + row) * grid.width + window.x;
        const std::int64_t from = row * window.width;
        std::copy_n(part.valid.begin() + from, window.width, all.valid.begin() + to);
        for (std::size_t b = 0; b < reader.bands(); ++b) {
          std::copy_n(part.values.begin() + static_cast<std::int64_t>(b * part.valid.size()) + from,
                      window.width, all.values.begin() + static_cast<std::int64_t>(b * count) + to);
        }
      }
    }
  }
  return all;
}

/// Pixels that differ in validity or, where valid, in any bit of any band.
inline std::size_t differences(const Pixels& a, const Pixels& b) {
  if (a.valid.size() != b.valid.size() || a.values.size() != b.values.size()) return a.valid.size() + 1;
  std::size_t count = 0;
  const std::size_t n = a.valid.size();
  for (std::size_t i = 0; i < n; ++i) {
    bool differs = a.valid[i] != b.valid[i];
    for (std::size_t k = i; a.valid[i] != 0 && k < a.values.size(); k += n)
      differs = differs || a.values[k] != b.values[k];
    count += differs ? 1 : 0;
  }
  return count;
}

inline std::size_t count_valid(const Pixels& pixels) {
  return static_cast<std::size_t>(std::count(pixels.valid.begin(), pixels.valid.end(), 1));
}

inline std::vector<BandRequest> rgb(const std::string& type) {
  return {{"red", type}, {"green", type}, {"blue", type}};
}

/// Bands as GDAL reads them, in the order of `bands`.
inline std::vector<float> raw(const std::string& path, std::vector<int> bands) {
  GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER);
  EXPECT_NE(dataset, nullptr);
  const int width = dataset->GetRasterXSize();
  const int height = dataset->GetRasterYSize();
  std::vector<float> values(bands.size() * static_cast<std::size_t>(width) *
                            static_cast<std::size_t>(height));
  EXPECT_EQ(dataset->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height, GDT_Float32,
                              static_cast<int>(bands.size()), bands.data(), 0, 0, 0, nullptr),
            CE_None);
  GDALClose(dataset);
  return values;
}

}  // namespace terramask::tests
