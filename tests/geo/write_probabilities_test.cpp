// Probabilities as they stand on disk.
#include <fmt/format.h>

#include <cmath>

#include "geo/files/open.hpp"
#include "write_support.hpp"

namespace terramask::tests {
namespace {

constexpr std::int64_t kWidth = 1100;
constexpr std::int64_t kHeight = 600;

float probability(std::size_t band, std::int64_t x, std::int64_t y) {
  const float first = static_cast<float>((x * 31 + y * 17) % 1000) / 999;
  return band == 0 ? first : (1 - first) / 2;
}

bool is_valid(std::int64_t x, std::int64_t y) {
  return x + 2 * y > 100;
}

void write_all(const std::string& path, ProbabilityType type,
               std::vector<ClassInfo> classes = town_classes()) {
  const Grid grid = utm_grid(kWidth, kHeight);
  const auto writer =
      ProbabilityWriter::create({path, grid, classes, {{"TERRAMASK_MODEL", "m"}}, {}, false}, type);
  for (std::int64_t y = 0; y < kHeight; y += 256)
    for (std::int64_t x = 0; x < kWidth; x += 400) {
      const Window window = intersect({x, y, 400, 256}, grid.extent());
      std::vector<float> values;
      std::vector<std::uint8_t> valid;
      for (std::size_t band = 0; band < classes.size(); ++band)
        for (std::int64_t row = y; row < y + window.height; ++row)
          for (std::int64_t column = x; column < x + window.width; ++column) {
            values.push_back(is_valid(column, row) ? probability(band, column, row) : std::nanf(""));
            if (band == 0) valid.push_back(is_valid(column, row) ? 1 : 0);
          }
      writer->write(window, values, valid);
    }
  writer->finish({}, nullptr);
}

TEST(WriteProbabilities, AsBytesHoldScaledValuesAndBandNames) {
  const TemporaryFolder folder;
  write_all(folder.file("p.tif"), ProbabilityType::byte);
  const auto raster = geo::open_raster(folder.file("p.tif"));
  ASSERT_EQ(raster->GetRasterCount(), 3);
  for (int number = 1; number <= 3; ++number) {
    GDALRasterBand* band = raster->GetRasterBand(number);
    EXPECT_EQ(band->GetRasterDataType(), GDT_Byte);
    EXPECT_EQ(band->GetNoDataValue(), 255);
    EXPECT_DOUBLE_EQ(band->GetScale(), 1 / 254.0);
    EXPECT_EQ(band->GetOffset(), 0);
    EXPECT_EQ(band->GetDescription(), town_classes()[static_cast<std::size_t>(number) - 1].name);
    EXPECT_NE(band->GetColorInterpretation(), GCI_RedBand);
    EXPECT_NE(band->GetColorInterpretation(), GCI_AlphaBand);
    EXPECT_EQ(band->GetMaskFlags(), GMF_NODATA);
    const auto values = read_band<std::uint8_t>(*raster, number, GDT_Byte);
    for (std::int64_t y = 0; y < kHeight; y += 7)
      for (std::int64_t x = 0; x < kWidth; ++x) {
        const std::uint8_t stored = values[static_cast<std::size_t>(y * kWidth + x)];
        if (is_valid(x, y))
          ASSERT_NEAR(stored * band->GetScale(), probability(static_cast<std::size_t>(number) - 1, x, y),
                      0.5 / 254 + 1e-6);
        else
          ASSERT_EQ(stored, 255);
      }
  }
  EXPECT_STREQ(raster->GetMetadataItem("TERRAMASK_MODEL"), "m");
  EXPECT_EQ(raster->GetRasterBand(1)->GetOverviewCount(), 2);
}

TEST(WriteProbabilities, AsFloatsHoldTheValuesThemselves) {
  const TemporaryFolder folder;
  write_all(folder.file("p.tif"), ProbabilityType::float32);
  const auto raster = geo::open_raster(folder.file("p.tif"));
  ASSERT_EQ(raster->GetRasterCount(), 3);
  for (int number = 1; number <= 3; ++number) {
    EXPECT_EQ(raster->GetRasterBand(number)->GetRasterDataType(), GDT_Float32);
    EXPECT_TRUE(std::isnan(raster->GetRasterBand(number)->GetNoDataValue()));
    const auto values = read_band<float>(*raster, number, GDT_Float32);
    for (std::int64_t y = 0; y < kHeight; y += 7)
      for (std::int64_t x = 0; x < kWidth; ++x) {
        const float stored = values[static_cast<std::size_t>(y * kWidth + x)];
        if (is_valid(x, y))
          ASSERT_EQ(stored, probability(static_cast<std::size_t>(number) - 1, x, y));
        else
          ASSERT_TRUE(std::isnan(stored));
      }
  }
}

TEST(WriteProbabilities, AreValidCogs) {
  const TemporaryFolder folder;
  write_all(folder.file("bytes.tif"), ProbabilityType::byte);
  write_all(folder.file("floats.tif"), ProbabilityType::float32);
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"bytes.qml", "bytes.tif", "floats.qml", "floats.tif"}));
  TERRAMASK_EXPECT_VALID_COG(folder.file("bytes.tif"), folder);
  TERRAMASK_EXPECT_VALID_COG(folder.file("floats.tif"), folder);
}

TEST(WriteProbabilities, HaveOverviewsByAverageOfWhatIsValid) {
  const TemporaryFolder folder;
  const Grid grid = utm_grid(1024, 1024);
  const auto writer = ProbabilityWriter::create(
      {folder.file("p.tif"), grid, {{0, "a", "#000000"}}, {}, {}, false}, ProbabilityType::byte);
  // Of each 2 × 2 pixels one is invalid, two are 0 and one is 1: a third.
  std::vector<float> values(1024 * 1024);
  std::vector<std::uint8_t> valid(1024 * 1024, 1);
  for (std::size_t y = 0; y < 1024; y += 2)
    for (std::size_t x = 0; x < 1024; x += 2) {
      valid[y * 1024 + x] = 0;
      values[(y + 1) * 1024 + x] = 1;
    }
  writer->write(grid.extent(), values, valid);
  writer->finish({}, nullptr);
  const auto raster = geo::open_raster(folder.file("p.tif"));
  std::vector<std::uint8_t> small(512 * 512);
  ASSERT_EQ(raster->GetRasterBand(1)->GetOverview(0)->RasterIO(GF_Read, 0, 0, 512, 512, small.data(), 512,
                                                               512, GDT_Byte, 0, 0, nullptr),
            CE_None);
  for (const std::uint8_t value : small) ASSERT_NEAR(value, 254 / 3.0, 1);
}

TEST(WriteProbabilities, OfAnyNumberOfClassesAreNoPicture) {
  for (const std::size_t count : {1u, 2u, 4u, 40u}) {
    std::vector<ClassInfo> classes;
    for (std::size_t i = 0; i < count; ++i)
      classes.push_back({static_cast<int>(i), fmt::format("c{}", i), "#000000"});
    const TemporaryFolder folder;
    write_all(folder.file("p.tif"), ProbabilityType::byte, classes);
    const auto raster = geo::open_raster(folder.file("p.tif"));
    ASSERT_EQ(raster->GetRasterCount(), static_cast<int>(count));
    for (int band = 1; band <= raster->GetRasterCount(); ++band) {
      EXPECT_NE(raster->GetRasterBand(band)->GetColorInterpretation(), GCI_AlphaBand);
      EXPECT_EQ(raster->GetRasterBand(band)->GetDescription(), fmt::format("c{}", band - 1));
    }
  }
}

TEST(WriteProbabilities, RefuseBlocksThatDoNotFit) {
  const TemporaryFolder folder;
  const auto writer = ProbabilityWriter::create(
      {folder.file("p.tif"), utm_grid(9, 9), town_classes(), {}, {}, false}, ProbabilityType::float32);
  const std::vector<float> values(12);
  const std::vector<std::uint8_t> valid(4);
  EXPECT_NO_THROW(writer->write({0, 0, 2, 2}, values, valid));
  EXPECT_EQ(error_of([&] { writer->write({0, 0, 2, 1}, values, valid); }).code(), ErrorCode::internal);
  EXPECT_EQ(error_of([&] { writer->write({8, 8, 2, 2}, values, valid); }).code(), ErrorCode::internal);
}

}  // namespace
}  // namespace terramask::tests
