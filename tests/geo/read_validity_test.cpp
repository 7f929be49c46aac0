// Which pixels count: nodata, NaN, alpha and mask bands.
#include <algorithm>
#include <cmath>
#include <limits>

#include "read_support.hpp"

namespace terramask::tests {
namespace {

using ReadValidity = ReadTest;

/// Valid where GDAL's masks of all the bands say so; of integers whose nodata is 0 or their largest, where
/// that of any band does.
std::size_t valid_by_gdal(const std::string& path, const std::vector<int>& bands) {
  GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER);
  const int width = dataset->GetRasterXSize();
  const int height = dataset->GetRasterYSize();
  std::vector<std::uint8_t> all(static_cast<std::size_t>(width * height), 1), any(all.size(), 0);
  std::vector<std::uint8_t> mask(all.size());
  bool together = true;
  for (const int number : bands) {
    GDALRasterBand* band = dataset->GetRasterBand(number);
    const GDALDataType type = band->GetRasterDataType();
    const double nodata = band->GetNoDataValue();
    together = together && band->GetMaskFlags() == GMF_NODATA &&
               ((type == GDT_Byte && (nodata == 0 || nodata == 255)) ||
                (type == GDT_UInt16 && (nodata == 0 || nodata == 65535)));
    EXPECT_EQ(band->GetMaskBand()->RasterIO(GF_Read, 0, 0, width, height, mask.data(), width, height,
                                            GDT_Byte, 0, 0, nullptr),
              CE_None);
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = all[i] != 0 && mask[i] != 0 ? 1 : 0;
      any[i] = any[i] != 0 || mask[i] != 0 ? 1 : 0;
    }
  }
  if (together) all = any;
  GDALClose(dataset);
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), 1));
}

struct File {
  const char* path;
  std::vector<int> bands;
};

TEST_F(ReadValidity, AgreesWithTheMasksOfRealFiles) {
  const File files[] = {{"data/gdal_io/RGB.byte.tif", {1, 2, 3}},
                        {"data/gdal_io/RGBA.uint16.tif", {1, 2, 3}},
                        {"data/gdal_io/alpha.tif", {1, 2, 3}},
                        {"data/gdal_io/all-nodata.tif", {1, 2, 3, 4}},
                        {"data/gdal_io/cog_rgb.tif", {1, 2, 3}},
                        {"data/gdal_io/cog_rgb_mask.tif", {1, 2, 3}},
                        {"data/gdal_io/cog_uint8_rgb_nodata.tif", {1, 2, 3}},
                        {"data/gdal_io/cog_uint8_rgba.tif", {1, 2, 3}},
                        {"data/gdal_io/float_nan.tif", {1}},
                        {"data/gdal_io/float_raster_with_nodata.tif", {1}},
                        {"data/gdal_io/cog_scale.tif", {1, 2}},
                        {"data/mass_buildings/22978945_15.tif", {1, 2, 3}},
                        {"data/osm_roads_swellendam/3420B_north.tif", {1, 2, 3}},
                        {"data/rgb_height_forest/kootenayCHM.tif", {1}}};
  TERRAMASK_REQUIRE(shared_data("data/gdal_io"));
  for (const auto& [name, bands] : files) {
    const std::string path = shared_data(name).string();
    const auto reader = RasterReader::open({.paths = {path}});
    const Pixels pixels = read_all(*reader);
    EXPECT_EQ(count_valid(pixels), valid_by_gdal(path, bands)) << path;
    std::vector<std::uint8_t> source(pixels.valid.size());
    reader->read_source_validity(reader->source_grid().extent(), source);
    EXPECT_EQ(source, pixels.valid) << path;
  }
}

TEST_F(ReadValidity, NodataOptionReplacesOrIgnores) {
  const auto path = shared_data("data/gdal_io/RGB.byte.tif");  // nodata 0
  TERRAMASK_REQUIRE(path);
  const auto values = raw(path.string(), {1, 2, 3});
  const std::size_t all = values.size() / 3;
  const auto count_without = [&](float nodata) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < all; ++i) {
      count += values[i] != nodata || values[i + all] != nodata || values[i + 2 * all] != nodata ? 1 : 0;
    }
    return count;
  };
  EXPECT_NE(count_without(0), count_without(255));
  EXPECT_EQ(count_valid(read_all({.paths = {path.string()}})), count_without(0));
  EXPECT_EQ(count_valid(read_all({.paths = {path.string()}, .src_nodata = "255"})), count_without(255));
  EXPECT_EQ(count_valid(read_all({.paths = {path.string()}, .src_nodata = "none"})), all);
  expect_error([&] { RasterReader::open({.paths = {path.string()}, .src_nodata = "0x"}); }, ErrorCode::usage,
               {"`src_nodata` 0x"});
}

TEST_F(ReadValidity, NanAndInfinityNeverCount) {
  write_raster(file("f.tif"),
               {.width = 4, .height = 1, .type = GDT_Float32, .value = [](int, int column, int) {
                  const double values[] = {1, std::nan(""), HUGE_VAL, -HUGE_VAL};
                  return values[column];
                }});
  EXPECT_EQ(read_all({.paths = {file("f.tif")}, .src_nodata = "none"}).valid,
            (std::vector<std::uint8_t>{1, 0, 0, 0}));
}

TEST_F(ReadValidity, NodataGivenWithTooFewDigits) {
  const double lowest = std::numeric_limits<float>::lowest();
  write_raster(file("esri.tif"),
               {.width = 2,
                .height = 1,
                .type = GDT_Float32,
                .value = [=](int, int column, int) { return column == 0 ? lowest : -5.0; },
                .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(-3.40282e38); }});
  EXPECT_EQ(read_all({.paths = {file("esri.tif")}}).valid, (std::vector<std::uint8_t>{0, 1}));
}

TEST_F(ReadValidity, WideIntegersAreComparedExactly) {
  // As floats both are 4294967296.
  write_raster(file("u32.tif"),
               {.width = 2,
                .height = 1,
                .type = GDT_UInt32,
                .value = [](int, int column, int) { return column == 0 ? 4294967295.0 : 4294967294.0; },
                .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(4294967295.0); }});
  EXPECT_EQ(read_all({.paths = {file("u32.tif")}}).valid, (std::vector<std::uint8_t>{0, 1}));
}

TEST_F(ReadValidity, NodataThatTheTypeCannotHold) {
  write_raster(file("odd.tif"), {.value = [](int, int, int) { return 241; },
                                 .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(-9999); }});
  EXPECT_EQ(count_valid(read_all({.paths = {file("odd.tif")}})), 64U);
}

TEST_F(ReadValidity, ExternalMaskFile) {
  write_raster(file("m.tif"), {.bands = 3, .options = {"PHOTOMETRIC=RGB"}});
  GDALDataset* dataset =
      GDALDataset::Open(file("m.tif").c_str(), GDAL_OF_RASTER);  // read-only: the mask goes outside
  ASSERT_EQ(dataset->CreateMaskBand(GMF_PER_DATASET), CE_None);
  std::vector<std::uint8_t> mask(64, 255);
  mask[9] = 0;
  ASSERT_EQ(dataset->GetRasterBand(1)->GetMaskBand()->RasterIO(GF_Write, 0, 0, 8, 8, mask.data(), 8, 8,
                                                               GDT_Byte, 0, 0, nullptr),
            CE_None);
  GDALClose(dataset);
  ASSERT_TRUE(std::filesystem::exists(file("m.tif.msk")));
  const Pixels pixels = read_all({.paths = {file("m.tif")}, .src_nodata = "none"});
  EXPECT_EQ(count_valid(pixels), 63U);
  EXPECT_EQ(pixels.valid[9], 0);
}

TEST_F(ReadValidity, NodataOfAllBandsTogether) {
  write_raster(
      file("all.tif"),
      {.width = 3,
       .height = 1,
       .bands = 2,
       .value = [](int band, int column, int) { return column == 0 || (column == 1 && band == 1) ? 0 : 9; },
       .dress = [](GDALDataset& d) { d.SetMetadataItem("NODATA_VALUES", "0 0"); }});
  EXPECT_EQ(read_all({.paths = {file("all.tif")}}).valid, (std::vector<std::uint8_t>{0, 1, 1}));
}

TEST_F(ReadValidity, AlphaChosenByNumberIsData) {
  write_raster(file("rgba.tif"), {.bands = 4,
                                  .value = [](int band, int, int) { return band == 4 ? 0 : 50; },
                                  .options = {"PHOTOMETRIC=RGB", "ALPHA=YES"}});
  EXPECT_EQ(count_valid(read_all({.paths = {file("rgba.tif")}})), 0U);
  EXPECT_EQ(count_valid(read_all({.paths = {file("rgba.tif")}, .band_override = {"1-4"}})), 64U);
}

TEST_F(ReadValidity, OneInvalidMemberOfAStackIsEnough) {
  const auto ortho = shared_data("data/rgb_height_forest/kootenayOrtho.tif");
  const auto chm = shared_data("data/rgb_height_forest/kootenayCHM.tif");
  TERRAMASK_REQUIRE(ortho);
  auto bands = rgb("Byte");
  bands.push_back({"height", "Float32"});
  const auto reader = RasterReader::open({.paths = {ortho.string(), chm.string()},
                                          .bands = bands,
                                          .band_override = {"red", "green", "blue", "4"}});
  const Pixels pixels = read_all(*reader);
  EXPECT_EQ(count_valid(pixels), valid_by_gdal(chm.string(), {1}));
  EXPECT_LT(count_valid(pixels), pixels.valid.size());
}

}  // namespace
}  // namespace terramask::tests
