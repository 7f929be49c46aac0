// What a raster's values mean: scale, offset and unit, which band is alpha, where nodata is.
#include <gmock/gmock.h>

#include <cmath>

#include "geo/base/length_unit.hpp"
#include "read_support.hpp"
#include "terramask/raster_info.hpp"

namespace terramask::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ReadValues : public ReadTest {
 protected:
  /// A terrain on a slope, and a surface with houses of 6 m on it.
  static double terrain(int, int column, int row) { return 300 + column + 0.25 * row; }
  static double surface(int band, int column, int row) {
    return terrain(band, column, row) + (column % 4 < 2 ? 6 : 0);
  }

  /// Heights stored as `value` of metres, and how to get back to them.
  void heights(const std::string& name, double (*metres)(int, int, int), GDALDataType type, double scale,
               double offset, const std::string& unit, double unit_metres = 1,
               const std::string& crs = "EPSG:32633") const {
    write_raster(file(name), {.width = 40,
                              .height = 40,
                              .type = type,
                              .crs = crs,
                              .value =
                                  [=](int band, int column, int row) {
                                    const double value = metres(band, column, row) / unit_metres;
                                    const double stored = (value - offset) / scale;
                                    return type == GDT_Float32 || type == GDT_Float64 ? stored
                                                                                      : std::round(stored);
                                  },
                              .dress =
                                  [=](GDALDataset& dataset) {
                                    GDALRasterBand* band = dataset.GetRasterBand(1);
                                    if (scale != 1) band->SetScale(scale);
                                    if (offset != 0) band->SetOffset(offset);
                                    if (!unit.empty()) band->SetUnitType(unit.c_str());
                                  }});
  }

  Pixels difference(const std::string& dsm, const std::string& dtm) const {
    return read_all(RasterOptions{.ndsm = {{file(dsm), file(dtm)}}});
  }

  void expect_houses(const std::string& dsm, const std::string& dtm, double tolerance) const {
    const Pixels pixels = difference(dsm, dtm);
    ASSERT_EQ(count_valid(pixels), 1600U) << dsm;
    for (int i = 0; i < 1600; ++i)
      ASSERT_NEAR(pixels.values[static_cast<std::size_t>(i)], i % 4 < 2 ? 6 : 0, tolerance)
          << dsm << " " << i;
  }
};

TEST_F(ReadValues, UnitsOfLengthAreKnownByTheirUsualNames) {
  EXPECT_EQ(geo::metres_in("m"), 1);
  EXPECT_EQ(geo::metres_in("Metre"), 1);
  EXPECT_EQ(geo::metres_in("ft"), 0.3048);
  EXPECT_NEAR(*geo::metres_in("US survey foot"), 0.3048006096, 1e-10);
  EXPECT_EQ(geo::metres_in("US survey foot"), geo::metres_in("ft (US)"));
  EXPECT_EQ(geo::metres_in("cm"), 0.01);
  EXPECT_EQ(geo::metres_in("metres above sea level"), 1);
  EXPECT_FALSE(geo::metres_in("fathom"));
  EXPECT_FALSE(geo::metres_in("m s-1"));
  EXPECT_FALSE(geo::metres_in(""));
}

TEST_F(ReadValues, HeightsAreMetresHoweverTheyAreStored) {
  heights("dtm.tif", terrain, GDT_Float32, 1, 0, "m");
  heights("dsm.tif", surface, GDT_Float32, 1, 0, "");
  expect_houses("dsm.tif", "dtm.tif", 1e-4);
  heights("cm.tif", surface, GDT_Int16, 0.01, 300, "");
  expect_houses("cm.tif", "dtm.tif", 0.006);
  heights("wide.tif", surface, GDT_Int32, 0.0001, 0, "metre");
  expect_houses("wide.tif", "dtm.tif", 1e-3);
  heights("feet.tif", surface, GDT_Float32, 1, 0, "ft", 0.3048);
  expect_houses("feet.tif", "dtm.tif", 1e-3);
  heights("feet_cm.tif", surface, GDT_UInt16, 0.05, 0, "US survey foot", 1200.0 / 3937);
  expect_houses("feet_cm.tif", "dtm.tif", 0.01);
  heights("unit_cm.tif", surface, GDT_Float64, 1, 0, "cm", 0.01);
  expect_houses("unit_cm.tif", "dtm.tif", 1e-3);
  const std::string compound = "EPSG:2263+6360";  // heights in US survey feet
  heights("v_dsm.tif", surface, GDT_Float32, 1, 0, "", 1200.0 / 3937, compound);
  heights("v_dtm.tif", terrain, GDT_Int32, 0.001, 0, "", 1200.0 / 3937, compound);
  expect_houses("v_dsm.tif", "v_dtm.tif", 1e-3);
}

TEST_F(ReadValues, NodataOfScaledValuesIsTheStoredOne) {
  write_raster(file("s.tif"),
               {.width = 3,
                .height = 1,
                .type = GDT_Int16,
                .value = [](int, int column, int) { return column == 1 ? -9999 : 250 * column; },
                .dress =
                    [](GDALDataset& dataset) {
                      dataset.GetRasterBand(1)->SetScale(0.01);
                      dataset.GetRasterBand(1)->SetOffset(-5);
                      dataset.GetRasterBand(1)->SetNoDataValue(-9999);
                    }});
  const auto reader = RasterReader::open({.paths = {file("s.tif")}});
  EXPECT_EQ(reader->found_bands()[0].type, "Float32");
  const Pixels pixels = read_all(*reader);
  EXPECT_EQ(pixels.valid, (std::vector<std::uint8_t>{1, 0, 1}));
  EXPECT_EQ(pixels.values[0], -5.0F);
  EXPECT_EQ(pixels.values[2], 0.0F);
}

TEST_F(ReadValues, HeightsWhoseUnitIsNotKnownAreRefused) {
  heights("dtm.tif", terrain, GDT_Float32, 1, 0, "");
  heights("feet.tif", surface, GDT_Float32, 1, 0, "ft", 0.3048);
  heights("fathom.tif", surface, GDT_Float32, 1, 0, "fathom");
  heights("both.tif", surface, GDT_Float32, 1, 0, "metre", 1, "EPSG:2263+6360");
  heights("feet_dtm.tif", terrain, GDT_Float32, 1, 0, "ft", 0.3048, "EPSG:2263+6360");
  expect_error([&] { difference("feet.tif", "dtm.tif"); }, ErrorCode::mismatch,
               {"dtm.tif", "feet.tif", "ft", "gdal_edit.py -units"});
  expect_error([&] { difference("fathom.tif", "dtm.tif"); }, ErrorCode::unsupported,
               {"fathom.tif", "\"fathom\""});
  expect_error([&] { difference("both.tif", "feet_dtm.tif"); }, ErrorCode::unsupported,
               {"both.tif", "metre", "US survey foot"});
  heights("zero.tif", surface, GDT_Float32, 1, 0, "");
  const std::string path = file("zero.tif");
  GDALDataset* dataset = GDALDataset::Open(path.c_str(), GDAL_OF_RASTER | GDAL_OF_UPDATE);
  dataset->GetRasterBand(1)->SetScale(0);
  GDALClose(dataset);
  expect_error([&] { difference("zero.tif", "dtm.tif"); }, ErrorCode::unsupported,
               {"zero.tif", "scale of 0"});
}

TEST_F(ReadValues, APhotographIsNotInItsVerticalUnit) {
  write_raster(file("rgb.tif"), {.bands = 3, .crs = "EPSG:2263+6360", .options = {"PHOTOMETRIC=RGB"}});
  const auto reader = RasterReader::open({.paths = {file("rgb.tif")}, .bands = rgb("Byte")});
  EXPECT_EQ(read_all(*reader).values, raw(file("rgb.tif"), {1, 2, 3}));
}

TEST_F(ReadValues, AModelOfStoredValuesRefusesScaledOnes) {
  write_raster(file("s.tif"),
               {.type = GDT_UInt16, .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetScale(0.0001); }});
  expect_error(
      [&] {
        RasterReader::open({.paths = {file("s.tif")}, .bands = {{"gray", "UInt16"}}});
      },
      ErrorCode::mismatch, {"s.tif", "scale of 0.0001", "UInt16", "-a_scale 1"});
  const auto reader = RasterReader::open({.paths = {file("s.tif")}, .bands = {{"gray", "Float32"}}});
  EXPECT_NEAR(read_all(*reader).values[1], 0.0002, 1e-9);
}

TEST_F(ReadValues, ASurfaceBelowItsTerrainIsRefused) {
  heights("dtm.tif", terrain, GDT_Float32, 1, 0, "");
  heights("dsm.tif", surface, GDT_Float32, 1, 0, "");
  expect_error(
      [&] { difference("dtm.tif", "dsm.tif"); }, ErrorCode::mismatch,
      {"dtm.tif", "dsm.tif", "below the terrain", "`ndsm=" + file("dsm.tif") + " " + file("dtm.tif") + "`"});
  // Noise about a plain is none of it.
  heights(
      "flat.tif",
      [](int band, int column, int row) {
        return terrain(band, column, row) + ((column + row) % 2 == 0 ? 0.3 : -0.3);
      },
      GDT_Float32, 1, 0, "");
  EXPECT_EQ(count_valid(difference("flat.tif", "dtm.tif")), 1600U);
}

struct Collar {
  GDALDataType type;
  double nodata;
  bool together;
};

TEST_F(ReadValues, ImageryIsNodataWhereAllBandsAre) {
  // Column 0 is nodata in all bands, column 1 in the first alone.
  const Collar kinds[] = {
      {GDT_Byte, 0, true},     {GDT_Byte, 255, true},      {GDT_UInt16, 65535, true},
      {GDT_Int16, 0, true},    {GDT_Int16, 32767, true},   {GDT_UInt32, 4294967295.0, true},
      {GDT_Byte, 7, false},    {GDT_Int16, -32768, false}, {GDT_Int16, -9999, false},
      {GDT_Float32, 0, false}, {GDT_UInt16, 255, false}};
  for (const auto& [type, nodata, together] : kinds) {
    write_raster(file("k.tif"), {.width = 3,
                                 .height = 1,
                                 .bands = 3,
                                 .type = type,
                                 .value =
                                     [hole = nodata](int band, int column, int) {
                                       return column == 0 || (column == 1 && band == 1) ? hole : 20 + band;
                                     },
                                 .dress =
                                     [hole = nodata](GDALDataset& d) {
                                       for (int i = 1; i <= 3; ++i) d.GetRasterBand(i)->SetNoDataValue(hole);
                                     }});
    const auto valid = [&](std::optional<NodataRule> rule) {
      return read_all(RasterOptions{.paths = {file("k.tif")}, .nodata_rule = rule}).valid;
    };
    const std::vector<std::uint8_t> any{0, 0, 1}, all{0, 1, 1};
    EXPECT_EQ(valid({}), together ? all : any) << GDALGetDataTypeName(type) << " " << nodata;
    EXPECT_EQ(valid(NodataRule::any), any) << GDALGetDataTypeName(type) << " " << nodata;
    EXPECT_EQ(valid(NodataRule::all), all) << GDALGetDataTypeName(type) << " " << nodata;
    // Of one band, both are the same; and bands that are not used do not count.
    EXPECT_EQ(read_all(RasterOptions{.paths = {file("k.tif")}, .band_override = {"1"}}).valid, any);
    EXPECT_EQ(read_all(RasterOptions{.paths = {file("k.tif")}, .band_override = {"2-3"}}).valid, all);
  }
}

TEST_F(ReadValues, BandsInFilesOfTheirOwnAreNodataTogether) {
  std::vector<std::string> paths;
  for (int band = 1; band <= 3; ++band) {
    paths.push_back(file(std::to_string(band) + ".tif"));
    write_raster(paths.back(),
                 {.width = 3,
                  .height = 1,
                  .value = [band](int, int column, int) { return column == 0 || column == band ? 0 : 9; },
                  .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(0); }});
  }
  EXPECT_EQ(read_all(RasterOptions{.paths = paths}).valid, (std::vector<std::uint8_t>{0, 1, 1}));
  EXPECT_EQ(read_all(RasterOptions{.paths = paths, .nodata_rule = NodataRule::any}).valid,
            (std::vector<std::uint8_t>{0, 0, 0}));
  // Heights beside them count for themselves.
  write_raster(file("h.tif"), {.width = 3,
                               .height = 1,
                               .type = GDT_Float32,
                               .value = [](int, int column, int) { return column == 2 ? -9999 : 3; },
                               .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(-9999); }});
  paths.push_back(file("h.tif"));
  EXPECT_EQ(read_all(RasterOptions{.paths = paths}).valid, (std::vector<std::uint8_t>{0, 1, 0}));
}

class Alpha : public ReadValues {
 protected:
  void SetUp() override {
    const auto four = [&](const std::string& name, const std::function<double(int, int)>& fourth) {
      write_raster(file(name), {.width = 40,
                                .height = 40,
                                .bands = 4,
                                .value = [=](int band, int column,
                                             int row) { return band == 4 ? fourth(column, row) : 40 + band; },
                                .options = {"PHOTOMETRIC=RGB", "ALPHA=YES"}});
    };
    four("nir.tif", [](int column, int row) { return column < 4 ? 0 : 30 + (7 * column + 13 * row) % 200; });
    four("soft.tif", [](int column, int) { return column < 4 ? 0 : column == 4 ? 128 : 255; });
  }
};

TEST_F(Alpha, CanBeSaidToBeNone) {
  const auto valid = [&](RasterOptions options) {
    options.paths = {file("nir.tif")};
    options.bands = rgb("Byte");
    return count_valid(read_all(options));
  };
  EXPECT_EQ(valid({}), 1600U - 160);
  EXPECT_EQ(valid({.src_nodata = "none"}), 1600U);
  EXPECT_EQ(valid({.no_alpha = true}), 1600U);
  EXPECT_EQ(valid({.member_no_alpha = {true}}), 1600U);
  EXPECT_EQ(valid({.src_nodata = "7"}), 1600U - 160);
  EXPECT_EQ(RasterReader::open({.paths = {file("nir.tif")}, .no_alpha = true})->bands(), 4U);
  EXPECT_EQ(RasterReader::open({.paths = {file("nir.tif")}, .src_nodata = "none"})->bands(), 3U);
}

TEST_F(Alpha, ThatLooksLikeImageryIsCalledOut) {
  const auto warnings = [&](const std::string& name, bool no_alpha) {
    return RasterReader::open({.paths = {file(name)}, .no_alpha = no_alpha})->warnings();
  };
  EXPECT_THAT(warnings("nir.tif", false),
              Contains(::testing::AllOf(HasSubstr("nir.tif: band 4"), HasSubstr("`no_alpha`"))));
  EXPECT_THAT(warnings("nir.tif", true), IsEmpty());
  EXPECT_THAT(warnings("soft.tif", false), IsEmpty());
  EXPECT_THAT(describe_raster(file("nir.tif")).notes, Contains(HasSubstr("near infrared")));
  EXPECT_THAT(describe_raster(file("soft.tif")).notes, IsEmpty());
}

TEST_F(ReadValues, InfoSaysWhereAViewerShowsMoreHoles) {
  write_raster(file("c.tif"),
               {.width = 4,
                .height = 1,
                .bands = 3,
                .value = [](int band, int column, int) { return column == 0 || band == column ? 0 : 9; },
                .dress =
                    [](GDALDataset& d) {
                      for (int i = 1; i <= 3; ++i) d.GetRasterBand(i)->SetNoDataValue(0);
                    }});
  EXPECT_THAT(describe_raster(file("c.tif")).notes,
              Contains(::testing::AllOf(HasSubstr("QGIS"), HasSubstr("3 more of 4 pixels"))));
  EXPECT_THAT(describe_raster(file("c.tif"), {.nodata_rule = NodataRule::any}).notes, IsEmpty());
}

TEST_F(ReadValues, TheEpochOfCoordinatesStays) {
  write_raster(file("e.tif"), {.dress = [](GDALDataset& dataset) {
                 OGRSpatialReference crs;
                 crs.SetFromUserInput("EPSG:32633");
                 crs.SetCoordinateEpoch(2021.3);
                 dataset.SetSpatialRef(&crs);
               }});
  EXPECT_EQ(RasterReader::open({.paths = {file("e.tif")}})->source_grid().epoch, 2021.3);
  EXPECT_EQ(RasterReader::open({.paths = {file("e.tif")}, .crs = "EPSG:25833"})->source_grid().epoch, 0);
}

}  // namespace
}  // namespace terramask::tests
