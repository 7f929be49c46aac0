// Creation options, class lists and the disk estimate.
#include <gdal_alg.h>
#include <gmock/gmock.h>

#include "geo/files/open.hpp"
#include "geo/write/writer_memory.hpp"
#include "terramask/output.hpp"
#include "write_support.hpp"

namespace terramask::tests {
namespace {

using testing::HasSubstr;

class WriteOptions : public testing::Test {
 protected:
  Error refused(const std::string& option) const {
    return error_of([&] {
      MaskWriter::create({folder_.file("m.tif"), utm_grid(9, 9), town_classes(), {}, {option}, false});
    });
  }
  Error refused(const std::vector<ClassInfo>& classes) const {
    return error_of([&] {
      MaskWriter::create({folder_.file("m.tif"), utm_grid(9, 9), classes, {}, {}, false});
    });
  }
  TemporaryFolder folder_;
};

TEST_F(WriteOptions, UnknownNamesAreRefusedWithTheKnownOnes) {
  const Error error = refused("COMPRES=LZW");
  EXPECT_EQ(error.code(), ErrorCode::usage);
  EXPECT_THAT(error.message(), HasSubstr("COMPRES=LZW"));
  EXPECT_THAT(error.remedy(), HasSubstr("COMPRESS"));
  EXPECT_THAT(error.remedy(), HasSubstr("BLOCKSIZE"));
  EXPECT_EQ(refused("COMPRESS").code(), ErrorCode::usage);
  EXPECT_EQ(refused("=LZW").code(), ErrorCode::usage);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(WriteOptions, ValuesTheDriverWouldNotTakeAreRefused) {
  EXPECT_THAT(refused("COMPRESS=ZIP").remedy(), HasSubstr("DEFLATE"));
  EXPECT_EQ(refused("BLOCKSIZE=big").code(), ErrorCode::usage);
  EXPECT_EQ(refused("SPARSE_OK=perhaps").code(), ErrorCode::usage);
  EXPECT_EQ(refused("BIGTIFF=").code(), ErrorCode::usage);
}

TEST_F(WriteOptions, WhatWouldChangeGridOrValuesIsRefused) {
  for (const char* option : {"TARGET_SRS=EPSG:3857", "TILING_SCHEME=GoogleMapsCompatible", "RES=2"})
    EXPECT_THAT(refused(option).message(), HasSubstr("grid")) << option;
  for (const char* option : {"COMPRESS=JPEG", "compress=webp", "COMPRESS=LERC_ZSTD"})
    EXPECT_THAT(refused(option).message(), HasSubstr("lossy")) << option;
  for (const char* option : {"OVERVIEW_RESAMPLING=AVERAGE", "RESAMPLING=CUBIC"})
    EXPECT_THAT(refused(option).remedy(), HasSubstr("MODE")) << option;
}

TEST_F(WriteOptions, AllThatIsLeftChangesTheFileAndNoValue) {
  const auto written = [&](const std::vector<std::string>& options) {
    const Grid grid = utm_grid(700, 300);
    const auto writer = MaskWriter::create({folder_.file("m.tif"), grid, town_classes(), {}, options, true});
    write_town(*writer, grid, 512);
    writer->finish({}, nullptr);
    return geo::open_raster(folder_.file("m.tif"));
  };
  const auto checksum = [](GDALDataset& file) {
    return GDALChecksumImage(file.GetRasterBand(1), 0, 0, file.GetRasterXSize(), file.GetRasterYSize());
  };
  const auto compression = [](GDALDataset& file) {
    const char* name = file.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE");
    return std::string(name == nullptr ? "NONE" : name);
  };
  const auto block = [](GDALDataset& file) {
    int width = 0, height = 0;
    file.GetRasterBand(1)->GetBlockSize(&width, &height);
    return width;
  };
  const int sum = checksum(*written({}));
  EXPECT_EQ(compression(*written({})), "DEFLATE");
  EXPECT_EQ(compression(*written({"COMPRESS=NONE"})), "NONE");
  EXPECT_EQ(compression(*written({"COMPRESS=LZMA"})), "LZMA");
  EXPECT_EQ(block(*written({"BLOCKSIZE=256"})), 256);
  EXPECT_GT(written({})->GetRasterBand(1)->GetOverviewCount(), 0);
  EXPECT_EQ(written({"OVERVIEWS=NONE"})->GetRasterBand(1)->GetOverviewCount(), 0);
  for (const char* option : {"COMPRESS=NONE", "COMPRESS=LZMA", "PREDICTOR=YES", "LEVEL=9", "NUM_THREADS=2",
                             "BIGTIFF=YES", "OVERVIEWS=NONE", "OVERVIEW_RESAMPLING=NEAREST", "SPARSE_OK=YES",
                             "GEOTIFF_VERSION=1.1", "BLOCKSIZE=256"})
    EXPECT_EQ(checksum(*written({option})), sum) << option;
}

TEST_F(WriteOptions, ListsOfClassesThatCannotBeMeantAreRefused) {
  using Classes = std::vector<ClassInfo>;
  EXPECT_EQ(refused(Classes{}).code(), ErrorCode::usage);
  EXPECT_THAT(refused(Classes{{1, "a", "#000000"}, {1, "b", "#000000"}}).message(),
              HasSubstr("the value 1 too"));
  EXPECT_EQ(refused(Classes{{-1, "a", "#000000"}}).code(), ErrorCode::usage);
  EXPECT_EQ(refused(Classes{{65535, "a", "#000000"}}).code(), ErrorCode::usage);
  for (const char* color : {"", "red", "#12345", "#12345g", "#1234567", "# 12345"})
    EXPECT_THAT(refused(Classes{{1, "a", color}}).remedy(), HasSubstr("#rrggbb")) << color;
}

TEST_F(WriteOptions, MemoryGoesByPixelsNotBySides) {
  constexpr std::int64_t two_floats = 8;
  const geo::WriterMemory line = geo::writer_memory(utm_grid(100'000, 1), two_floats, 512);
  EXPECT_FALSE(line.in_memory);
  EXPECT_LT(line.working, 120u << 20);  // mostly of overviews, in tiles of GDAL's own
  EXPECT_TRUE(geo::writer_memory(utm_grid(1000, 1), two_floats, 512).in_memory);
  EXPECT_TRUE(geo::writer_memory(utm_grid(1500, 1500), two_floats, 512).in_memory);
  EXPECT_FALSE(geo::writer_memory(utm_grid(3000, 3000), two_floats, 512).in_memory);
  EXPECT_EQ(geo::working_tile(1), 16);
  EXPECT_EQ(geo::working_tile(500), 512);
  EXPECT_EQ(geo::working_tile(100'000), 512);
}

TEST_F(WriteOptions, TheDiskEstimateIsNeverBelowWhatIsUsed) {
  const Grid grid = utm_grid(1200, 1200);
  const DiskEstimate mask = estimate_disk(folder_.file("m.tif"), grid, 250, false, ProbabilityType::byte);
  EXPECT_GT(mask.free_bytes, 0u);
  EXPECT_GT(mask.peak_bytes, 1200u * 1200u * 2u);
  const DiskEstimate wide = estimate_disk(folder_.file("m.tif"), grid, 256, false, ProbabilityType::byte);
  EXPECT_GT(wide.peak_bytes, mask.peak_bytes + 1200 * 1200 * 2);
  const DiskEstimate both = estimate_disk(folder_.file("m.tif"), grid, 10, true, ProbabilityType::float32);
  EXPECT_GT(both.peak_bytes, mask.peak_bytes + 1200 * 1200 * 10 * 4 * 2);
}

}  // namespace
}  // namespace terramask::tests
