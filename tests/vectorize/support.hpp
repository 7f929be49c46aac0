// Small masks, and what was made of them.
#pragma once

#include <gdal_priv.h>
#include <gtest/gtest.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "errors.hpp"
#include "geo/base/gdal_support.hpp"
#include "shared_data.hpp"
#include "temporary_folder.hpp"
#include "terramask/error.hpp"
#include "vectorize/mask_rows.hpp"
#include "vectorize/polygonise.hpp"

namespace terramask::tests {

/// A folder of the test's own, gone with it.
class VectorizeTest : public ::testing::Test {
 protected:
  VectorizeTest() { geo::ensure_gdal(); }
  std::string file(const std::string& name) const { return temporary_.file(name); }
  std::vector<std::string> names() const { return temporary_.names(); }

  TemporaryFolder temporary_;
  std::filesystem::path folder_ = temporary_.path();
};

inline constexpr int kNothing = 255;  ///< nodata of small masks

/// Pixels row by row, in EPSG:32632, 0.5 m, unless told otherwise.
struct SmallMask {
  int width = 0, height = 0;
  std::vector<int> values;
  std::string crs = "EPSG:32632";
  std::vector<double> geotransform{500000.25, 0.5, 0, 4649776.75, 0, -0.5};  ///< empty: none
  GDALDataType type = GDT_Byte;

  int& at(int x, int y) { return values[static_cast<std::size_t>(y * width + x)]; }
  int at(int x, int y) const { return values[static_cast<std::size_t>(y * width + x)]; }
};

inline SmallMask blank(int width, int height, int value = 0) {
  return {width, height, std::vector<int>(static_cast<std::size_t>(width * height), value)};
}

/// '.' is nodata, digits are classes.
inline SmallMask drawn(const std::vector<std::string>& rows) {
  SmallMask mask = blank(static_cast<int>(rows[0].size()), static_cast<int>(rows.size()));
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) {
      const char c = rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
      mask.at(x, y) = c == '.' ? kNothing : c - '0';
    }
  return mask;
}

inline void save(const std::string& path, const SmallMask& mask) {
  const geo::DatasetPtr raster(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
      path.c_str(), mask.width, mask.height, 1, mask.type, nullptr));
  ASSERT_NE(raster, nullptr);
  if (!mask.geotransform.empty()) {
    std::vector<double> geotransform = mask.geotransform;
    raster->SetGeoTransform(geotransform.data());
  }
  if (!mask.crs.empty()) {
    OGRSpatialReference crs;
    crs.SetFromUserInput(mask.crs.c_str());
    raster->SetSpatialRef(&crs);
  }
  raster->GetRasterBand(1)->SetNoDataValue(kNothing);
  std::vector<int> values = mask.values;
  ASSERT_EQ(raster->GetRasterBand(1)->RasterIO(GF_Write, 0, 0, mask.width, mask.height, values.data(),
                                               mask.width, mask.height, GDT_Int32, 0, 0, nullptr),
            CE_None);
}

/// What a pass over a finished file finds.
struct Polygons {
  struct One {
    int value = 0;
    std::int64_t pixels = 0;
    double area = 0;  ///< in pixels, of the geometry
    std::optional<double> area_m2, probability;
    std::string wkt;
  };
  std::vector<One> all;
  std::size_t invalid = 0;
  /// Edges without a partner the other way, whose ends do not both lie on the mask's frame or beside nodata.
  std::size_t open_edges = 0;
  std::size_t unpaired = 0;            ///< all edges without a partner
  std::map<int, double> area;          ///< of each class, in pixels
  std::map<int, std::int64_t> pixels;  ///< as the attributes say
};

inline Polygons load(const std::string& path, const SmallMask& mask) {
  Polygons found;
  const geo::DatasetPtr dataset(GDALDataset::Open(path.c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr));
  EXPECT_NE(dataset, nullptr) << path;
  if (dataset == nullptr) return found;
  std::vector<double> g = mask.geotransform;
  if (g.empty()) g = {0, 1, 0, 0, 0, 1};
  const double determinant = g[1] * g[5] - g[2] * g[4];
  using Place = std::pair<double, double>;
  std::map<std::pair<Place, Place>, int> edges;
  for (const auto& feature : *dataset->GetLayer(0)) {
    Polygons::One one;
    one.value = feature->GetFieldAsInteger("class");
    one.pixels = feature->GetFieldAsInteger64("pixels");
    for (const auto& [name, target] :
         {std::pair{"area_m2", &one.area_m2}, std::pair{"probability", &one.probability}}) {
      const int index = feature->GetFieldIndex(name);
      if (index >= 0 && feature->IsFieldSetAndNotNull(index)) *target = feature->GetFieldAsDouble(index);
    }
    const OGRPolygon& polygon = *feature->GetGeometryRef()->toPolygon();
    one.wkt = polygon.exportToWkt();
    one.area = polygon.get_Area() / std::abs(determinant);
    if (!polygon.IsValid()) ++found.invalid;
    for (const OGRLinearRing* ring : polygon)
      for (int i = 0; i + 1 < ring->getNumPoints(); ++i) {
        const Place a{ring->getX(i), ring->getY(i)}, b{ring->getX(i + 1), ring->getY(i + 1)};
        const auto partner = edges.find({b, a});
        if (partner == edges.end())
          ++edges[{a, b}];
        else if (--partner->second == 0)
          edges.erase(partner);
      }
    found.area[one.value] += one.area;
    found.pixels[one.value] += one.pixels;
    found.all.push_back(one);
  }
  const auto beside_nothing = [&](const Place& place) {
    const double dx = place.first - g[0], dy = place.second - g[3];
    const int x = static_cast<int>(std::lround((dx * g[5] - dy * g[2]) / determinant));
    const int y = static_cast<int>(std::lround((dy * g[1] - dx * g[4]) / determinant));
    if (x <= 0 || y <= 0 || x >= mask.width || y >= mask.height) return true;
    return mask.at(x - 1, y - 1) == kNothing || mask.at(x, y - 1) == kNothing ||
           mask.at(x - 1, y) == kNothing || mask.at(x, y) == kNothing;
  };
  found.unpaired = edges.size();
  for (const auto& [edge, count] : edges)
    if (!beside_nothing(edge.first) || !beside_nothing(edge.second)) ++found.open_edges;
  return found;
}

/// 4-connected patches of one value, nodata left out: counted the plain way.
inline std::map<int, std::size_t> count_patches(const SmallMask& mask) {
  std::map<int, std::size_t> counts;
  std::vector<bool> seen(mask.values.size());
  for (int y0 = 0; y0 < mask.height; ++y0)
    for (int x0 = 0; x0 < mask.width; ++x0) {
      const auto at = [&](int x, int y) { return static_cast<std::size_t>(y * mask.width + x); };
      if (seen[at(x0, y0)] || mask.at(x0, y0) == kNothing) continue;
      ++counts[mask.at(x0, y0)];
      std::vector<std::pair<int, int>> todo{{x0, y0}};
      seen[at(x0, y0)] = true;
      while (!todo.empty()) {
        const auto [x, y] = todo.back();
        todo.pop_back();
        for (const auto& [nx, ny] : {std::pair{x + 1, y}, {x - 1, y}, {x, y + 1}, {x, y - 1}}) {
          if (nx < 0 || ny < 0 || nx >= mask.width || ny >= mask.height || seen[at(nx, ny)]) continue;
          if (mask.at(nx, ny) != mask.at(x0, y0)) continue;
          seen[at(nx, ny)] = true;
          todo.push_back({nx, ny});
        }
      }
    }
  return counts;
}

inline std::map<int, std::int64_t> count_pixels(const SmallMask& mask) {
  std::map<int, std::int64_t> counts;
  for (const int value : mask.values)
    if (value != kNothing) ++counts[value];
  return counts;
}

}  // namespace terramask::tests
