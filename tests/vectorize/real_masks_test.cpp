// Polygons of real masks: labels, a reference of roads, land cover.
#include <gdal_alg.h>

#include "geo/files/open.hpp"
#include "support.hpp"

namespace terramask::tests {
namespace {

class RealMasks : public VectorizeTest {
 protected:
  /// Checks all that must hold, with the pixels' edges and simplified.
  void check(const std::string& path) {
    const geo::DatasetPtr raster = geo::open_raster(path);
    SmallMask mask = blank(raster->GetRasterXSize(), raster->GetRasterYSize());
    mask.geotransform.resize(6);
    raster->GetGeoTransform(mask.geotransform.data());
    ASSERT_EQ(raster->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, mask.width, mask.height, mask.values.data(),
                                                 mask.width, mask.height, GDT_Int32, 0, 0, nullptr),
              CE_None);
    for (const double tolerance : {0.0, 1.0, 2.0}) {
      SCOPED_TRACE(path + " " + std::to_string(tolerance));
      VectorizeOptions options{
          .mask = path, .output = file("out.gpkg"), .src_nodata = std::to_string(kNothing)};
      options.simplify = Measure{tolerance, true};
      options.overwrite = true;
      vectors::polygonise(options, {}, {}, nullptr);
      const Polygons found = load(options.output, mask);
      EXPECT_EQ(found.invalid, 0u);
      EXPECT_EQ(found.open_edges, 0u);
      EXPECT_EQ(found.pixels, count_pixels(mask));
      std::map<int, std::size_t> patches;
      for (const auto& one : found.all) ++patches[one.value];
      EXPECT_EQ(patches, count_patches(mask));
      double total = 0, pixels = 0;
      for (const auto& [value, count] : count_pixels(mask)) {
        const auto exact = static_cast<double>(count);
        EXPECT_NEAR(found.area.at(value), exact, (tolerance == 0 ? 1e-8 : 0.005) * exact)
            << "class " << value;
        total += found.area.at(value);
        pixels += exact;
      }
      EXPECT_NEAR(total, pixels, 1e-6 * pixels);
    }
  }
};

TEST_F(RealMasks, TheSampleLabels) {
  check((std::filesystem::path(TERRAMASK_SOURCE_DIR) / "sample_data" / "labels.tif").string());
}

TEST_F(RealMasks, RoadsOfAnOrthophoto) {
  const auto path = shared_data("data/roads_mosaic_reference.tif");
  TERRAMASK_REQUIRE(path);
  // Road is 255 there, which is no nodata.
  const geo::DatasetPtr raster = geo::open_raster(path.string());
  SmallMask mask = blank(raster->GetRasterXSize(), raster->GetRasterYSize());
  ASSERT_EQ(raster->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, mask.width, mask.height, mask.values.data(),
                                               mask.width, mask.height, GDT_Int32, 0, 0, nullptr),
            CE_None);
  for (int& value : mask.values) value = value > 127 ? 1 : 0;
  save(file("roads.tif"), mask);
  check(file("roads.tif"));
}

TEST_F(RealMasks, LandCover) {
  const auto layer_path = shared_data("data/nb_landcover/landcover_1of2.gpkg");
  const auto image_path = shared_data("data/nb_landcover/23322E759967N_clipped_1m_1of2.tif");
  TERRAMASK_REQUIRE(layer_path);
  TERRAMASK_REQUIRE(image_path);
  const geo::DatasetPtr image = geo::open_raster(image_path.string());
  const geo::DatasetPtr cover = geo::open_vector(layer_path.string());
  const geo::DatasetPtr raster(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
      file("cover.tif").c_str(), image->GetRasterXSize(), image->GetRasterYSize(), 1, GDT_Byte, nullptr));
  std::vector<double> geotransform(6);
  image->GetGeoTransform(geotransform.data());
  raster->SetGeoTransform(geotransform.data());
  raster->SetSpatialRef(image->GetSpatialRef());
  std::vector<OGRFeatureUniquePtr> features;
  std::vector<OGRGeometryH> geometries;
  std::vector<double> values;
  for (auto& feature : *cover->GetLayer(0)) {
    values.push_back(std::atoi(feature->GetFieldAsString("Quatreclasses")));
    geometries.push_back(OGRGeometry::ToHandle(feature->GetGeometryRef()));
    features.push_back(std::move(feature));
  }
  int band = 1;
  ASSERT_EQ(GDALRasterizeGeometries(GDALDataset::ToHandle(raster.get()), 1, &band,
                                    static_cast<int>(geometries.size()), geometries.data(), nullptr, nullptr,
                                    values.data(), nullptr, nullptr, nullptr),
            CE_None);
  raster->FlushCache(true);
  check(file("cover.tif"));
}

}  // namespace
}  // namespace terramask::tests
