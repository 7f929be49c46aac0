// Small rasters, masks and vectors, in a folder that goes when the test does.
#pragma once

#include <gdal_alg.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "errors.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "temporary_folder.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask::tests {

class EvaluateTest : public ::testing::Test {
 protected:
  EvaluateTest() { geo::ensure_gdal(); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// A GeoTIFF of one band. @param nodata below 0: none
  std::string raster(const std::string& name, const Grid& grid, const std::vector<int>& values,
                     int nodata = -1, GDALDataType type = GDT_Byte) const {
    return planes(name, grid, {std::vector<float>(values.begin(), values.end())}, nodata, type);
  }

  std::string planes(const std::string& name, const Grid& grid, const std::vector<std::vector<float>>& bands,
                     int nodata, GDALDataType type) const {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    const auto width = static_cast<int>(grid.width), height = static_cast<int>(grid.height);
    const geo::DatasetPtr file(
        driver->Create(path(name).c_str(), width, height, static_cast<int>(bands.size()), type, nullptr));
    if (grid.has_geotransform) {
      std::array<double, 6> geotransform = grid.geotransform;
      file->SetGeoTransform(geotransform.data());
    }
    if (!grid.crs.empty()) file->SetProjection(grid.crs.c_str());
    for (std::size_t i = 0; i < bands.size(); ++i) {
      GDALRasterBand* band = file->GetRasterBand(static_cast<int>(i) + 1);
      if (nodata >= 0) band->SetNoDataValue(nodata);
      EXPECT_EQ(band->RasterIO(GF_Write, 0, 0, width, height, const_cast<float*>(bands[i].data()), width,
                               height, GDT_Float32, 0, 0, nullptr),
                CE_None);
    }
    return path(name);
  }

  /// A mask with a legend, as `segment` writes it; 255 is nodata.
  std::string mask(const std::string& name, const Grid& grid, const std::vector<int>& values,
                   const std::vector<ClassInfo>& classes) const {
    const auto writer = MaskWriter::create({.path = path(name),
                                            .grid = grid,
                                            .classes = classes,
                                            .metadata = {},
                                            .creation_options = {},
                                            .overwrite = false});
    writer->write(grid.extent(), std::vector<std::uint16_t>(values.begin(), values.end()));
    writer->finish({}, nullptr);
    return path(name);
  }

  struct Feature {
    std::string label;  ///< empty: null
    std::string wkt;
  };
  /// A GeoPackage of one layer with a text field "class".
  std::string vectors(const std::string& name, const std::string& crs,
                      const std::vector<Feature>& features) const {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
    const geo::DatasetPtr file(driver->Create(path(name).c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    OGRSpatialReference reference;
    reference.SetFromUserInput(crs.c_str());
    reference.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    OGRLayer* layer = file->CreateLayer("things", &reference, wkbUnknown, nullptr);
    OGRFieldDefn field("class", OFTString);
    EXPECT_EQ(layer->CreateField(&field), OGRERR_NONE);
    for (const Feature& one : features) {
      const OGRFeatureUniquePtr feature(OGRFeature::CreateFeature(layer->GetLayerDefn()));
      if (!one.label.empty()) feature->SetField("class", one.label.c_str());
      OGRGeometry* geometry = nullptr;
      EXPECT_EQ(OGRGeometryFactory::createFromWkt(one.wkt.c_str(), nullptr, &geometry), OGRERR_NONE);
      feature->SetGeometryDirectly(geometry);
      EXPECT_EQ(layer->CreateFeature(feature.get()), OGRERR_NONE);
    }
    return path(name);
  }

  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

inline const std::string& utm() {
  static const std::string wkt = geo::crs_from_user("EPSG:32633", "test");
  return wkt;
}

/// 1 m pixels in UTM.
inline Grid utm_grid(std::int64_t width, std::int64_t height, double x = 500000, double y = 5400000,
                     double size = 1) {
  return {.width = width,
          .height = height,
          .geotransform = {x, size, 0, y, 0, -size},
          .has_geotransform = true,
          .crs = utm()};
}

inline std::vector<ClassInfo> road_classes() {
  return {{0, "background", "#000000"}, {1, "road", "#ffd400"}};
}

inline EvaluationOptions pair_of(const std::string& mask, const std::string& reference) {
  EvaluationOptions options;
  options.pairs.push_back({mask, reference, {}, {}, {}});
  return options;
}

/// Blobs of a few values, and single pixels: every distance to a border occurs.
inline std::vector<int> blobs(std::int64_t width, std::int64_t height, const std::vector<int>& values,
                              unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int> pixels(static_cast<std::size_t>(width * height), values.front());
  for (int i = 0; i < 60; ++i) {
    const auto cx = static_cast<std::int64_t>(random() % static_cast<unsigned>(width));
    const auto cy = static_cast<std::int64_t>(random() % static_cast<unsigned>(height));
    const auto r = static_cast<std::int64_t>(random() % 14);
    const int value = values[random() % values.size()];
    for (std::int64_t y = std::max<std::int64_t>(0, cy - r); y < std::min(height, cy + r + 1); ++y)
      for (std::int64_t x = std::max<std::int64_t>(0, cx - r); x < std::min(width, cx + r + 1); ++x)
        if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= r * r)
          pixels[static_cast<std::size_t>(y * width + x)] = value;
  }
  return pixels;
}

}  // namespace terramask::tests
