// Small regions for the tests: rasters, models, jobs.
#pragma once

#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "temporary_folder.hpp"
#include "terramask/gdal.hpp"
#include "terramask/region.hpp"

namespace terramask::tests {

namespace fs = std::filesystem;

struct Scene {
  int width = 96, height = 96;
  double x = 500000, y = 5000000, pixel = 1;
  std::string crs = "EPSG:32633";
  /// Value of a band (0 to 2) at a place on the ground.
  std::function<int(int, double, double)> value = ground;

  static int ground(int band, double east, double north) {
    const auto column = static_cast<long long>(east), row = static_cast<long long>(north);
    return static_cast<int>((column * 7 + row * 13 + band * 50 + column * row % 17) & 255);
  }
};

class RegionTest : public ::testing::Test {
 protected:
  void SetUp() override { configure_gdal(16 << 20); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  void raster(const std::string& name, const Scene& scene = {}) const {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    geo::DatasetPtr dataset(
        driver->Create(path(name).c_str(), scene.width, scene.height, 3, GDT_Byte, nullptr));
    ASSERT_NE(dataset, nullptr);
    if (!scene.crs.empty()) {
      OGRSpatialReference crs;
      crs.SetFromUserInput(scene.crs.c_str());
      dataset->SetSpatialRef(&crs);
    }
    std::array<double, 6> place{scene.x, scene.pixel, 0, scene.y, 0, -scene.pixel};
    dataset->SetGeoTransform(place.data());
    constexpr std::array<GDALColorInterp, 3> colors{GCI_RedBand, GCI_GreenBand, GCI_BlueBand};
    std::vector<std::uint8_t> line(static_cast<std::size_t>(scene.width));
    for (int band = 0; band < 3; ++band) {
      GDALRasterBand* to = dataset->GetRasterBand(band + 1);
      to->SetColorInterpretation(colors[static_cast<std::size_t>(band)]);
      for (int row = 0; row < scene.height; ++row) {
        for (int column = 0; column < scene.width; ++column)
          line[static_cast<std::size_t>(column)] = static_cast<std::uint8_t>(
              scene.value(band, scene.x + (column + 0.5) * scene.pixel, scene.y - (row + 0.5) * scene.pixel));
        ASSERT_EQ(to->RasterIO(GF_Write, 0, row, scene.width, 1, line.data(), scene.width, 1, GDT_Byte, 0, 0,
                               nullptr),
                  CE_None);
      }
    }
  }

  /// A U-Net with random weights; another seed is another model.
  std::string unet(const std::string& name, std::uint64_t seed = 1, double pixel_size = 1) const {
    return save(name,
                {.architecture = "unet", .bands = 3, .classes = 4, .keys = {{"width", 4}, {"depth", 2}}},
                seed, pixel_size);
  }
  /// Red or not: sees a pixel at a time.
  std::string linear(const std::string& name, double pixel_size = 1) const {
    return save(name, {.architecture = "linear", .bands = 3, .classes = 2}, 3, pixel_size);
  }

  RegionJob job(std::vector<std::string> sources, const std::string& model) const {
    RegionJob made;
    made.model = model;
    for (const std::string& source : sources) made.sources.push_back({.path = path(source)});
    made.tile = 64;
    return made;
  }
  RegionRun run(const std::string& output) const {
    RegionRun made;
    made.output = path(output);
    made.workers = 2;
    made.executor = {.device = "cpu", .threads = 1};
    made.log = [](const std::string&) {};
    return made;
  }
  RegionRun resumed(const std::string& output) const {
    RegionRun made = run(output);
    made.begin = RegionRun::Begin::resume;
    return made;
  }

  static std::string bytes(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  /// Every raster that is part of the result: its size and a digest of its bytes.
  std::map<std::string, std::string> files(const std::string& output) const {
    std::map<std::string, std::string> all;
    const auto add = [&](const fs::path& file) {
      const std::string read = bytes(file);
      all[fs::relative(file, path(output)).string()] =
          std::to_string(read.size()) + " " + std::to_string(std::hash<std::string>()(read));
    };
    for (const auto& entry : fs::recursive_directory_iterator(path(output) + "/tiles"))
      if (entry.is_regular_file() && entry.path().extension() != ".json") add(entry.path());
    add(path(output) + "/mask.vrt");
    return all;
  }

  struct Mask {
    int width = 0, height = 0;
    std::vector<std::uint8_t> values;
    std::uint8_t at(int x, int y) const { return values[static_cast<std::size_t>(y * width + x)]; }
  };
  static Mask mask(const std::string& path) {
    const geo::DatasetPtr dataset = geo::open_raster(path);
    Mask mask{dataset->GetRasterXSize(), dataset->GetRasterYSize(), {}};
    mask.values.resize(static_cast<std::size_t>(mask.width * mask.height));
    EXPECT_EQ(dataset->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, mask.width, mask.height, mask.values.data(),
                                                  mask.width, mask.height, GDT_Byte, 0, 0, nullptr),
              CE_None);
    return mask;
  }

  TemporaryFolder temporary_;
  const fs::path& folder_ = temporary_.path();

 private:
  std::string save(const std::string& name, const NetworkSpec& network, std::uint64_t seed,
                   double pixel_size) const {
    ModelInfo info;
    info.network = network;
    for (const char* band : {"red", "green", "blue"})
      info.bands.push_back({.name = band, .type = "Byte", .mean = 100, .std = 50});
    info.pixel_size_m = pixel_size;
    info.classes = {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
    if (network.classes == 4) {
      info.classes.push_back({2, "building", "#d02020"});
      info.classes.push_back({7, "water", "#2060d0"});
    }
    Parameters parameters = random_parameters(build_network(info.network, 1, 32, 32), seed);
    if (network.architecture == "linear") {
      const std::array<float, 6> red{-1, 0.5F, 0.5F, 1, -0.5F, -0.5F};
      parameters["head.weight"] =
          std::make_shared<const Tensor>(Shape{2, 3, 1, 1}, std::span<const float>(red));
    }
    save_model(path(name), info, parameters, true);
    return path(name);
  }
};

}  // namespace terramask::tests
