// Mosaics, read back through RasterReader.
#include "terramask/mosaic.hpp"

#include <gmock/gmock.h>

#include "read_support.hpp"

namespace terramask::tests {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

class Mosaic : public ReadTest {
 protected:
  /// 4 × 4 pixels of 1 m whose left edge lies `column` pixels right of the first one's.
  NewRaster tile(double column, int value) const {
    NewRaster raster;
    raster.width = raster.height = 4;
    raster.geotransform = {500000 + column, 1, 0, 5000000, 0, -1};
    raster.value = [value](int, int, int) { return value; };
    return raster;
  }

  void open(const std::vector<std::string>& names, const std::string& src_nodata = {}) {
    std::vector<std::string> paths;
    for (const std::string& name : names) paths.push_back(file(name));
    RasterOptions options;
    options.paths = {build_mosaic(paths, src_nodata)};
    options.src_nodata = src_nodata;
    const auto reader = RasterReader::open(options);
    grid = reader->working_grid();
    values.assign(static_cast<std::size_t>(grid.width * grid.height) * reader->bands(), 0);
    valid.assign(static_cast<std::size_t>(grid.width * grid.height), 0);
    reader->read(grid.extent(), values, valid);
  }

  void expect_refused(const std::vector<std::string>& names, ErrorCode code, const std::string& cause) {
    try {
      open(names);
      FAIL() << "not refused";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(cause));
      EXPECT_THAT(error.what(), HasSubstr(file(names.back())));
      EXPECT_FALSE(error.remedy().empty());
    }
  }

  float value(int column, int row = 0) const {
    return values[static_cast<std::size_t>(row * grid.width + column)];
  }
  bool is_valid(int column, int row = 0) const {
    return valid[static_cast<std::size_t>(row * grid.width + column)] != 0;
  }

  Grid grid;
  std::vector<float> values;
  std::vector<std::uint8_t> valid;
};

TEST_F(Mosaic, WhatNoRasterCoversIsInvalid) {
  write_raster(file("b.tif"), tile(6, 2));
  write_raster(file("a.tif"), tile(0, 1));
  open({"b.tif", "a.tif"});
  EXPECT_EQ(grid.width, 10);
  EXPECT_EQ(grid.geotransform[0], 500000);
  for (int column = 0; column < 10; ++column) {
    const bool covered = column < 4 || column >= 6;
    EXPECT_EQ(is_valid(column), covered) << column;
    if (covered) {
      EXPECT_EQ(value(column), column < 4 ? 1 : 2) << column;
    }
  }
}

TEST_F(Mosaic, OfImageryADarkBandIsNoHole) {
  const auto three = [&](double column, int bright) {
    NewRaster raster = tile(column, bright);
    raster.bands = 3;
    // Column 0 is the collar; in column 1 the first band is dark.
    raster.value = [bright](int band, int at, int) { return at == 0 || (at == 1 && band == 1) ? 0 : bright; };
    raster.dress = [](GDALDataset& dataset) {
      for (int band = 1; band <= 3; ++band) dataset.GetRasterBand(band)->SetNoDataValue(0);
    };
    return raster;
  };
  write_raster(file("a.tif"), three(0, 50));
  write_raster(file("b.tif"), three(2, 90));
  open({"a.tif", "b.tif"});
  ASSERT_EQ(grid.width, 6);
  EXPECT_FALSE(is_valid(0));
  for (int column = 1; column < 6; ++column) EXPECT_TRUE(is_valid(column)) << column;
  EXPECT_EQ(value(1), 0);
  EXPECT_EQ(value(2), 50);  // the collar of b lets a show
  EXPECT_EQ(value(3), 0);   // its dark band does not
  EXPECT_EQ(value(4), 90);
}

TEST_F(Mosaic, TheLastOneWinsWhereTheyOverlap) {
  write_raster(file("a.tif"), tile(0, 1));
  write_raster(file("b.tif"), tile(2, 2));
  open({"a.tif", "b.tif"});
  EXPECT_EQ(value(2), 2);
  open({"b.tif", "a.tif"});
  EXPECT_EQ(value(2), 1);
  EXPECT_THAT(valid, Each(1));
}

TEST_F(Mosaic, NodataLetsTheOthersShowAndIsInvalidAlone) {
  NewRaster a = tile(0, 1), b = tile(2, 0);
  a.dress = b.dress = [](GDALDataset& dataset) { dataset.GetRasterBand(1)->SetNoDataValue(0); };
  write_raster(file("a.tif"), a);
  write_raster(file("b.tif"), b);
  open({"a.tif", "b.tif"});
  EXPECT_EQ(value(2), 1);
  EXPECT_TRUE(is_valid(3));
  EXPECT_FALSE(is_valid(4));
  open({"a.tif", "b.tif"}, "none");
  EXPECT_EQ(value(2), 0);
  EXPECT_TRUE(is_valid(4));
}

TEST_F(Mosaic, AlphaAndMasksCountAsInEachAlone) {
  NewRaster opaque = tile(0, 1), half = tile(2, 2), masked = tile(4, 3);
  half.bands = 2;
  half.value = [](int band, int column, int) { return band == 1 ? 2 : column < 2 ? 0 : 255; };
  half.dress = [](GDALDataset& d) { d.GetRasterBand(2)->SetColorInterpretation(GCI_AlphaBand); };
  masked.dress = [](GDALDataset& d) {
    ASSERT_EQ(d.CreateMaskBand(GMF_PER_DATASET), CE_None);
    std::vector<std::uint8_t> mask(16, 0);
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = i % 4 >= 2 && i % 4 < 3 ? 255 : 0;
    ASSERT_EQ(d.GetRasterBand(1)->GetMaskBand()->RasterIO(GF_Write, 0, 0, 4, 4, mask.data(), 4, 4, GDT_Byte,
                                                          0, 0, nullptr),
              CE_None);
  };
  write_raster(file("a.tif"), opaque);
  write_raster(file("b.tif"), half);
  write_raster(file("c.tif"), masked);
  open({"a.tif", "b.tif", "c.tif"});
  ASSERT_EQ(grid.width, 8);
  // a: 0-3, b: 4-5 (2-3 are transparent), c: 6 (4-5 and 7 are masked out).
  for (const auto& [column, expected] : {std::pair{0, 1}, {3, 1}, {4, 2}, {5, 2}, {6, 3}}) {
    EXPECT_TRUE(is_valid(column)) << column;
    EXPECT_EQ(value(column), expected) << column;
  }
  EXPECT_FALSE(is_valid(7));
}

TEST_F(Mosaic, DifferentKindsAreRefusedByName) {
  write_raster(file("a.tif"), tile(0, 1));
  NewRaster other = tile(4, 1);
  other.crs = "EPSG:32634";
  write_raster(file("crs.tif"), other);
  expect_refused({"a.tif", "crs.tif"}, ErrorCode::mismatch, "EPSG:32634");
  other = tile(4, 1);
  other.bands = 3;
  write_raster(file("bands.tif"), other);
  expect_refused({"a.tif", "bands.tif"}, ErrorCode::mismatch, "bands");
  other = tile(4, 1);
  other.type = GDT_UInt16;
  write_raster(file("type.tif"), other);
  expect_refused({"a.tif", "type.tif"}, ErrorCode::mismatch, "UInt16");
  other = tile(4, 1);
  other.geotransform[1] = 0.5;
  write_raster(file("size.tif"), other);
  expect_refused({"a.tif", "size.tif"}, ErrorCode::mismatch, "another size");
  write_raster(file("shift.tif"), tile(4.5, 1));
  expect_refused({"a.tif", "shift.tif"}, ErrorCode::mismatch, "0.50 of a pixel");
  other = tile(4, 1);
  other.dress = [](GDALDataset& dataset) { dataset.GetRasterBand(1)->SetNoDataValue(7); };
  write_raster(file("nodata.tif"), other);
  expect_refused({"a.tif", "nodata.tif"}, ErrorCode::mismatch, "nodata 7");
  other = tile(4, 1);
  other.geotransform.clear();
  write_raster(file("nowhere.tif"), other);
  expect_refused({"a.tif", "nowhere.tif"}, ErrorCode::unsupported, "geotransform");
}

TEST_F(Mosaic, NamesWithSignsOfXmlAreFound) {
  write_raster(file("a & <b>'\".tif"), tile(0, 1));
  open({"a & <b>'\".tif"});
  EXPECT_THAT(values, Each(1));
}

}  // namespace
}  // namespace terramask::tests
