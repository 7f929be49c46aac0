// Masks of real images against their labels, counted here a second time without the room's code.
#include <gmock/gmock.h>

#include "evaluate/support.hpp"
#include "geo/files/open.hpp"

namespace terramask::tests {
namespace {

std::filesystem::path shared(const std::string& name) {
  return std::filesystem::path(TERRAMASK_SHARED_DIR) / name;
}

std::vector<std::uint8_t> pixels(const std::filesystem::path& path) {
  const geo::DatasetPtr file = geo::open_raster(path.string());
  const int width = file->GetRasterXSize(), height = file->GetRasterYSize();
  std::vector<std::uint8_t> values(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  EXPECT_EQ(file->GetRasterBand(1)->RasterIO(GF_Read, 0, 0, width, height, values.data(), width, height,
                                             GDT_Byte, 0, 0, nullptr),
            CE_None);
  return values;
}

class Golden : public EvaluateTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(Golden, RoadsMosaic) {
  const auto mask_path = shared(std::string("models/golden/") + GetParam() + "_roads_mosaic_mask.png");
  const auto reference_path = shared("data/roads_mosaic_reference.tif");
  for (const auto& path : {mask_path, reference_path})
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
  EvaluationOptions options = pair_of(mask_path.string(), reference_path.string());
  options.classes = {"0=background", "1=road"};
  options.erode = 3;
  const auto report = evaluate(options, {}, nullptr);
  // The PNG tells no place: it is said, and pixels correspond.
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_THAT(report.warnings[0], ::testing::HasSubstr("says nothing of its CRS or place"));

  const auto said = pixels(mask_path), truth = pixels(reference_path);
  ASSERT_EQ(said.size(), truth.size());
  std::array<std::array<std::uint64_t, 2>, 2> counts{};
  for (std::size_t i = 0; i < said.size(); ++i) ++counts[truth[i]][said[i]];
  for (std::size_t r = 0; r < 2; ++r)
    for (std::size_t c = 0; c < 2; ++c) EXPECT_EQ(report.matrix.at(r, c), counts[r][c]);
  const Scores scores = report.matrix.scores();
  std::printf("  %s: accuracy %.4f (base %.4f), road precision %.4f, recall %.4f, F1 %.4f; eroded F1 %.4f\n",
              GetParam(), scores.overall, scores.base, scores.classes[1].precision, scores.classes[1].recall,
              scores.classes[1].f1, report.eroded->scores().classes[1].f1);
  EXPECT_GT(scores.overall, scores.base);
  EXPECT_GT(report.eroded->scores().classes[1].f1, scores.classes[1].f1);
}

INSTANTIATE_TEST_SUITE_P(Models, Golden, ::testing::Values("unet", "segnet", "fcn"));

// Road polygons of a survey against the mask of a network that never saw the place; the PNG has no place of
// its own, so it is given the image's.
TEST_F(EvaluateTest, LandcoverPolygons) {
  const auto image = shared("data/nb_landcover/23322E759967N_clipped_1m_1of2.tif");
  const auto cover = shared("data/nb_landcover/landcover_1of2.gpkg");
  const auto golden = shared("models/golden/unet_nb_landcover_mask.png");
  for (const auto& path : {image, cover, golden})
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
  const geo::DatasetPtr raster_file = geo::open_raster(image.string());
  Grid grid{.width = raster_file->GetRasterXSize(),
            .height = raster_file->GetRasterYSize(),
            .geotransform = {},
            .has_geotransform = true,
            .crs = geo::to_wkt(*raster_file->GetSpatialRef())};
  raster_file->GetGeoTransform(grid.geotransform.data());
  const auto said = pixels(golden);
  EvaluationOptions options =
      pair_of(mask("m.tif", grid, {said.begin(), said.end()}, road_classes()), cover.string());
  options.attribute = "Quatreclasses";
  options.map = {"1=background", "2=background", "3=road", "4=background"};
  const auto report = evaluate(options, {}, nullptr);

  // GDAL's own rasterizing, pixel centres.
  GDALDriver* memory = GetGDALDriverManager()->GetDriverByName("MEM");
  const geo::DatasetPtr burnt(
      memory->Create("", static_cast<int>(grid.width), static_cast<int>(grid.height), 1, GDT_Byte, nullptr));
  burnt->SetGeoTransform(grid.geotransform.data());
  const geo::DatasetPtr vector = geo::open_vector(cover.string());
  OGRLayer* layer = vector->GetLayer(0);
  std::vector<OGRFeatureUniquePtr> features;
  std::vector<OGRGeometryH> geometries;
  std::vector<double> values;
  while (OGRFeatureUniquePtr feature{layer->GetNextFeature()}) {
    geometries.push_back(OGRGeometry::ToHandle(feature->GetGeometryRef()));
    values.push_back(std::stod(feature->GetFieldAsString("Quatreclasses")));
    features.push_back(std::move(feature));
  }
  std::array<int, 1> band{1};
  ASSERT_EQ(GDALRasterizeGeometries(GDALDataset::ToHandle(burnt.get()), 1, band.data(),
                                    static_cast<int>(geometries.size()), geometries.data(), nullptr, nullptr,
                                    values.data(), nullptr, nullptr, nullptr),
            CE_None);
  std::vector<std::uint8_t> truth(said.size());
  ASSERT_EQ(burnt->GetRasterBand(1)->RasterIO(
                GF_Read, 0, 0, static_cast<int>(grid.width), static_cast<int>(grid.height), truth.data(),
                static_cast<int>(grid.width), static_cast<int>(grid.height), GDT_Byte, 0, 0, nullptr),
            CE_None);
  ConfusionMatrix expected(2);
  for (std::size_t i = 0; i < said.size(); ++i)
    if (truth[i] != 0) ++expected.at(truth[i] == 3 ? 1 : 0, said[i]);
  EXPECT_EQ(report.matrix, expected);
  EXPECT_GT(expected.at(1, 0), 0U);  // it sees no road there
}

}  // namespace
}  // namespace terramask::tests
