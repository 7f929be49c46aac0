// Bands are found by name or colour, never by position, and values of another kind are refused.
#include <gmock/gmock.h>

#include "geo/read/bands.hpp"
#include "read_support.hpp"

namespace terramask::tests {
namespace {

using ReadBands = ReadTest;

TEST_F(ReadBands, ColourDecidesNotPosition) {
  const auto path = shared_data("data/gdal_io/RGBA.uint16.tif");
  TERRAMASK_REQUIRE(path);
  const auto reader = RasterReader::open({.paths = {path.string()}, .bands = rgb("UInt16")});
  EXPECT_EQ(read_all(*reader).values, raw(path.string(), {3, 2, 1}));
  EXPECT_EQ(reader->found_bands()[0].name, "red");
  EXPECT_EQ(reader->found_bands()[0].type, "UInt16");
}

TEST_F(ReadBands, NoRequestMeansAllDataBandsInFileOrder) {
  const auto path = shared_data("data/gdal_io/RGBA.uint16.tif");
  TERRAMASK_REQUIRE(path);
  const auto reader = RasterReader::open({.paths = {path.string()}});
  ASSERT_EQ(reader->bands(), 3U);
  EXPECT_EQ(read_all(*reader).values, raw(path.string(), {1, 2, 3}));
}

TEST_F(ReadBands, DescriptionsNameWhatColoursCannot) {
  const auto path = shared_data("data/gdal_io/all-nodata.tif");
  TERRAMASK_REQUIRE(path);
  const auto reader = RasterReader::open(
      {.paths = {path.string()}, .bands = {{"NIR", "UInt16"}, {"Red", "UInt16"}}, .src_nodata = "none"});
  EXPECT_EQ(read_all(*reader).values, raw(path.string(), {4, 3}));
}

TEST_F(ReadBands, NamelessBandsNeedTheOverride) {
  const auto path = shared_data("data/naip_rgbn/m_4709963_se_14_1_20170827.tif");
  TERRAMASK_REQUIRE(path);
  expect_error([&] { RasterReader::open({.paths = {path.string()}, .bands = rgb("Byte")}); },
               ErrorCode::mismatch,
               {path.string(), "red, green, blue", "2 unnamed", "`band_override=1,2,3`"});
  const auto reader =
      RasterReader::open({.paths = {path.string()}, .bands = rgb("Byte"), .band_override = {"4", "1-2"}});
  EXPECT_EQ(read_all(*reader).values, raw(path.string(), {4, 1, 2}));
}

TEST_F(ReadBands, OverridesThatCannotBeMeant) {
  write_raster(file("a.tif"), {.bands = 3});
  const auto open = [&](std::vector<std::string> override) {
    RasterReader::open(
        {.paths = {file("a.tif")}, .bands = rgb("Byte"), .band_override = std::move(override)});
  };
  expect_error([&] { open({"1", "2", "4"}); }, ErrorCode::usage, {"`band_override` 4", "a.tif", "3 bands"});
  expect_error([&] { open({"0-2"}); }, ErrorCode::usage, {"`band_override` 0", "numbered from 1"});
  expect_error([&] { open({"1", "2"}); }, ErrorCode::usage, {"2 bands", "3 (red, green, blue)"});
  expect_error(
      [&] {
        open({"1", "2", "swir"});
      },
      ErrorCode::usage, {"`band_override` swir", "no band of that name"});
}

TEST_F(ReadBands, OtherKindsOfValuesAreRefused) {
  const auto path = shared_data("data/gdal_io/RGBA.uint16.tif");
  TERRAMASK_REQUIRE(path);
  expect_error([&] { RasterReader::open({.paths = {path.string()}, .bands = rgb("Byte")}); },
               ErrorCode::mismatch, {path.string(), "UInt16", "Byte", "gdal_translate -ot Byte -scale"});
  EXPECT_TRUE(geo::type_fits("Float32", "Float64"));
  EXPECT_TRUE(geo::type_fits("Int16", "UInt16"));
  EXPECT_FALSE(geo::type_fits("UInt16", "Byte"));
  EXPECT_FALSE(geo::type_fits("Float32", "Int16"));
}

TEST_F(ReadBands, TooFewBands) {
  const auto path = shared_data("data/roads_mosaic.tif");
  TERRAMASK_REQUIRE(path);
  auto bands = rgb("Byte");
  bands.push_back({"nir", "Byte"});
  expect_error([&] { RasterReader::open({.paths = {path.string()}, .bands = bands}); }, ErrorCode::mismatch,
               {path.string(), "4 bands (red, green, blue, nir)", "found 3", "`stack`"});
}

TEST_F(ReadBands, PalettesAreRefused) {
  write_raster(file("palette.tif"), {.dress = [](GDALDataset& dataset) {
                 GDALColorTable table;
                 const GDALColorEntry red{255, 0, 0, 255};
                 table.SetColorEntry(1, &red);
                 dataset.GetRasterBand(1)->SetColorTable(&table);
               }});
  expect_error([&] { RasterReader::open({.paths = {file("palette.tif")}, .bands = rgb("Byte")}); },
               ErrorCode::mismatch, {"palette.tif", "palette indices", "gdal_translate -expand rgb"});
}

TEST_F(ReadBands, AColourGivenTwiceIsAmbiguous) {
  write_raster(file("twice.tif"), {.bands = 4, .dress = [](GDALDataset& dataset) {
                                     for (int i = 1; i <= 4; ++i)
                                       dataset.GetRasterBand(i)->SetDescription("red");
                                   }});
  expect_error([&] { RasterReader::open({.paths = {file("twice.tif")}, .bands = rgb("Byte")}); },
               ErrorCode::mismatch, {"twice.tif", "more than one", "`band_override=1,2,3`"});
}

TEST_F(ReadBands, DescriptionsOverruleColours) {
  // Infrared, red, green shown as false colour: "Red" is what a viewer shows, "nir" is what it is.
  write_raster(file("cir.tif"), {.bands = 3,
                                 .dress =
                                     [](GDALDataset& dataset) {
                                       const char* names[] = {"nir", "red", "green"};
                                       for (int i = 1; i <= 3; ++i)
                                         dataset.GetRasterBand(i)->SetDescription(names[i - 1]);
                                     },
                                 .options = {"PHOTOMETRIC=RGB"}});
  const auto reader =
      RasterReader::open({.paths = {file("cir.tif")}, .bands = {{"red", "Byte"}, {"green", "Byte"}}});
  EXPECT_EQ(read_all(*reader).values, raw(file("cir.tif"), {2, 3}));
  expect_error(
      [&] {
        RasterReader::open({.paths = {file("cir.tif")}, .bands = {{"blue", "Byte"}}});
      },
      ErrorCode::mismatch, {"cir.tif", "blue"});
}

TEST_F(ReadBands, StackFindsBandsByFileName) {
  const std::string base = "data/vegas_bands/SpaceNet_AOI_2_Las_Vegas-056155973080_01_P001-WV03-";
  TERRAMASK_REQUIRE(shared_data(base + "R.tif"));
  std::vector<std::string> paths;
  for (const char* band : {"B", "G", "N", "R"}) paths.push_back(shared_data(base + band + ".tif").string());
  auto bands = rgb("Byte");
  bands.push_back({"nir", "Byte"});
  const auto reader = RasterReader::open({.paths = paths, .bands = bands});
  std::vector<float> expected;
  for (const int i : {3, 1, 0, 2}) {
    const auto plane = raw(paths[static_cast<std::size_t>(i)], {1});
    expected.insert(expected.end(), plane.begin(), plane.end());
  }
  EXPECT_EQ(read_all(*reader).values, expected);
}

TEST_F(ReadBands, ComplexValuesAreRefused) {
  write_raster(file("complex.tif"), {.type = GDT_CFloat32});
  expect_error([&] { RasterReader::open({.paths = {file("complex.tif")}}); }, ErrorCode::unsupported,
               {"complex.tif", "complex"});
}

}  // namespace
}  // namespace terramask::tests
