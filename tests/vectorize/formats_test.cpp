// Every format holds the same polygons; GeoJSON in WGS 84.
#include "support.hpp"

namespace terramask::tests {
namespace {

class FormatsTest : public VectorizeTest {
 protected:
  static SmallMask rings() {
    SmallMask mask = blank(60, 50);
    for (int y = 0; y < mask.height; ++y)
      for (int x = 0; x < mask.width; ++x) {
        const int d = (x - 27) * (x - 27) + (y - 22) * (y - 22);
        mask.at(x, y) = d < 30 ? 2 : d < 250 ? 1 : 0;
      }
    return mask;
  }
  Polygons run(const std::string& ending, const SmallMask& mask, VectorizeOptions options = {}) {
    options.mask = file("mask.tif");
    save(options.mask, mask);
    options.output = file("out" + ending);
    vectors::polygonise(options, {}, {}, nullptr);
    return load(options.output, mask);
  }
};

TEST_F(FormatsTest, HoldTheSame) {
  const SmallMask mask = rings();
  const Polygons gpkg = run(".gpkg", mask);
  for (const std::string ending : {".fgb", ".geojson"}) {
    SCOPED_TRACE(ending);
    const Polygons other = run(ending, mask);
    EXPECT_EQ(other.all.size(), gpkg.all.size());
    EXPECT_EQ(other.invalid, 0u);
    EXPECT_EQ(other.unpaired, gpkg.unpaired);
    EXPECT_EQ(other.pixels, gpkg.pixels);
  }
  EXPECT_EQ(names(), (std::vector<std::string>{"mask.tif", "out.fgb", "out.geojson", "out.gpkg", "out.qml"}));
}

TEST_F(FormatsTest, GeoJsonIsInLongitudeAndLatitude) {
  run(".geojson", rings());
  const geo::DatasetPtr dataset(
      GDALDataset::Open(file("out.geojson").c_str(), GDAL_OF_VECTOR, nullptr, nullptr, nullptr));
  OGREnvelope box;
  ASSERT_EQ(dataset->GetLayer(0)->GetExtent(&box), OGRERR_NONE);
  // The corner of the mask is at 500000.25, 4649776.75 in UTM zone 32: 9 degrees east, 42 north.
  EXPECT_NEAR(box.MinX, 9.000003, 1e-6);
  EXPECT_NEAR(box.MaxY, 42.0, 2e-2);
  EXPECT_NEAR(box.MaxY - box.MinY, 25 / 111080.0, 1e-6);
  for (const auto& feature : *dataset->GetLayer(0))
    EXPECT_FALSE(feature->GetGeometryRef()->toPolygon()->getExteriorRing()->isClockwise());
}

TEST_F(FormatsTest, GeoJsonNeedsACrs) {
  SmallMask mask = rings();
  mask.crs = "";
  const Error error = error_of([&] { run(".geojson", mask); });
  EXPECT_EQ(error.code(), ErrorCode::unsupported);
  EXPECT_NE(error.remedy().find("`crs`"), std::string::npos);
  EXPECT_EQ(run(".geojson", mask, {.crs = "EPSG:32632"}).invalid, 0u);
}

TEST_F(FormatsTest, MeanProbabilitiesAreOfTheClassOfThePatch) {
  const SmallMask mask = drawn({"0011", "0011", "0000"});
  const geo::DatasetPtr raster(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
      file("p.tif").c_str(), 4, 3, 2, GDT_Byte, nullptr));
  std::vector<double> geotransform = mask.geotransform;
  raster->SetGeoTransform(geotransform.data());
  for (int band = 1; band <= 2; ++band) {
    std::vector<std::uint8_t> values(12);
    for (std::size_t i = 0; i < 12; ++i)
      values[i] = static_cast<std::uint8_t>(band == 2 ? 10 * i : 254 - 10 * i);
    values[3] = 255;  // nodata
    raster->GetRasterBand(band)->SetScale(1 / 254.0);
    raster->GetRasterBand(band)->SetNoDataValue(255);
    raster->GetRasterBand(band)->SetDescription(band == 1 ? "0" : "one");
    ASSERT_EQ(raster->GetRasterBand(band)->RasterIO(GF_Write, 0, 0, 4, 3, values.data(), 4, 3, GDT_Byte, 0, 0,
                                                    nullptr),
              CE_None);
  }
  raster->FlushCache(true);
  VectorizeOptions options{.probabilities = file("p.tif")};
  // Neither name fits a class, and the mask names none: bands are not guessed.
  EXPECT_EQ(error_of([&] { run(".gpkg", mask, options); }).code(), ErrorCode::mismatch);
  {
    save(file("mask.tif"), mask);
    const geo::DatasetPtr named(
        GDALDataset::Open(file("mask.tif").c_str(), GDAL_OF_UPDATE, nullptr, nullptr, nullptr));
    named->SetMetadataItem("TERRAMASK_CLASSES", R"([{"value": 0, "name": "0", "color": "#000000"},
        {"value": 1, "name": "one", "color": "#ff0000"}])");
  }
  options.mask = file("mask.tif");
  options.output = file("named.gpkg");
  vectors::polygonise(options, {}, {}, nullptr);
  const Polygons found = load(options.output, mask);
  ASSERT_EQ(found.all.size(), 2u);
  for (const auto& one : found.all) {
    ASSERT_TRUE(one.probability.has_value());
    // Class 1: pixels 2, 6 and 7 (3 is invalid). Class 0: 0, 1, 4, 5, 8 to 11.
    const double expected = one.value == 1 ? (20 + 60 + 70) / 3.0 / 254 : (254 - 480 / 8.0) / 254;
    EXPECT_NEAR(*one.probability, expected, 1e-6) << one.value;
  }
}

TEST_F(FormatsTest, ProbabilitiesOfAnotherGridAreRefused) {
  save(file("p.tif"), blank(59, 50));
  EXPECT_EQ(error_of([&] { run(".gpkg", rings(), {.probabilities = file("p.tif")}); }).code(),
            ErrorCode::mismatch);
  EXPECT_EQ(names(), (std::vector<std::string>{"mask.tif", "p.tif"}));
}

}  // namespace
}  // namespace terramask::tests
