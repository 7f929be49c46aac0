// What a pixel holds does not depend on the window it is read through; and it holds the right thing.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <thread>

#include "geo/base/crs.hpp"
#include "read_support.hpp"

namespace terramask::tests {
namespace {

using ReadWindows = ReadTest;

constexpr std::int64_t kTilings[][2] = {{256, 256}, {173, 97}, {4000, 61}, {37, 4000}};

void expect_same_through_all_windows(const RasterOptions& options) {
  const auto reader = RasterReader::open(options);
  const Pixels whole = read_all(*reader);
  EXPECT_GT(count_valid(whole), 0U);
  for (const auto& tiling : kTilings) {
    const Pixels tiled = read_tiled(*reader->clone(), tiling[0], tiling[1]);
    EXPECT_EQ(differences(whole, tiled), 0U) << tiling[0] << " x " << tiling[1];
  }
}

TEST_F(ReadWindows, ResampledPixelsAreTheSameBits) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  for (const double pixel_size : {1.3, 3.9, 7.77}) {
    SCOPED_TRACE(pixel_size);
    expect_same_through_all_windows(
        {.paths = {path.string()}, .bands = rgb("Byte"), .pixel_size_m = pixel_size});
  }
}

/// Heights that rise linearly over UTM 34S, in 12 m pixels, with a hole.
void write_heights(const std::string& path, double pixel, double (*height)(double, double), bool hole) {
  const int size = static_cast<int>(7200 / pixel);
  write_raster(
      path, {.width = size,
             .height = size,
             .type = GDT_Float32,
             .crs = "EPSG:32734",
             .geotransform = {452000, pixel, 0, 6239000, 0, -pixel},
             .value =
                 [=](int, int column, int row) {
                   if (hole &&
                       (column - size / 2) * (column - size / 2) + (row - size / 2) * (row - size / 2) < 900)
                     return -9999.0;
                   return height(452000 + (column + 0.5) * pixel, 6239000 - (row + 0.5) * pixel);
                 },
             .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(-9999); }});
}

double plane(double x, double y) {
  return 3 + 0.01 * (x - 452000) - 0.02 * (y - 6239000);
}
double waves(double x, double y) {
  return 50 + 20 * std::sin(x / 37) * std::cos(y / 23);
}

TEST_F(ReadWindows, StackedPixelsAreTheSameBits) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  write_heights(file("coarse_dsm.tif"), 12, waves, true);
  write_heights(file("fine_dsm.tif"), 1.1 * 7200 / 7920, waves, true);
  auto bands = rgb("Byte");
  bands.push_back({"dsm", "Float32"});
  expect_same_through_all_windows({.paths = {path.string(), file("coarse_dsm.tif")}, .bands = bands});
  expect_same_through_all_windows(
      {.paths = {path.string(), file("fine_dsm.tif")}, .bands = bands, .pixel_size_m = 3.9});
}

TEST_F(ReadWindows, StackedPixelsLieWhereProjPutsThem) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  // A plane stays a plane, interpolated up; averaged down over 2.3 and 2.8 pixels of one value each, nearly.
  for (const auto& [pixel, tolerance] : {std::pair{12.0, 1e-4}, std::pair{1.0, 2e-3}}) {
    write_heights(file("dsm.tif"), pixel, plane, false);
    const auto reader = RasterReader::open(
        {.paths = {path.string(), file("dsm.tif")}, .bands = {{"dsm", "Float32"}}, .src_nodata = "none"});
    const Grid& grid = reader->working_grid();
    const Pixels pixels = read_all(*reader);
    const geo::CrsTransform transform(grid.crs, geo::crs_from_user("EPSG:32734", "test"));
    std::size_t compared = 0;
    for (std::int64_t row = 0; row < grid.height; row += 37) {
      for (std::int64_t column = 0; column < grid.width; column += 41) {
        auto place = grid.to_world(static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5);
        transform.apply(std::span(&place[0], 1), std::span(&place[1], 1));
        const bool inside = place[0] > 452000 + 12 && place[0] < 459200 - 12 && place[1] < 6239000 - 12 &&
                            place[1] > 6231800 + 12;
        const auto i = static_cast<std::size_t>(row * grid.width + column);
        if (!inside) continue;
        ++compared;
        ASSERT_EQ(pixels.valid[i], 1);
        ASSERT_NEAR(pixels.values[i], plane(place[0], place[1]), tolerance) << column << ", " << row;
      }
    }
    EXPECT_GT(compared, 500U);
  }
}

TEST_F(ReadWindows, AverageAgreesWithAPlainOne) {
  write_raster(file("a.tif"),
               {.width = 61,
                .height = 47,
                .bands = 2,
                .type = GDT_Float32,
                .geotransform = {500000, 0.7, 0, 5000000, 0, -0.9},
                .value =
                    [](int band, int x, int y) {
                      return (x * 7 + y * 13 + band) % 11 == 0 ? -1 : band * 100 + (x * 31 + y * 17) % 97;
                    },
                .dress = [](GDALDataset& d) { d.GetRasterBand(1)->SetNoDataValue(-1); }});
  const auto reader = RasterReader::open({.paths = {file("a.tif")}, .pixel_size_m = 2.45});
  const auto values = raw(file("a.tif"), {1, 2});
  const Pixels pixels = read_all(*reader);
  const Grid& working = reader->working_grid();
  const auto count = static_cast<std::size_t>(working.width * working.height);
  std::size_t invalid = 0;
  for (std::int64_t row = 0; row < working.height; ++row) {
    for (std::int64_t column = 0; column < working.width; ++column) {
      double sums[2] = {0, 0};
      double weight = 0;
      double total = 0;
      for (int y = 0; y < 47; ++y) {
        for (int x = 0; x < 61; ++x) {
          const auto overlap = [](double low, double scale, int at) {
            return std::max(0.0, std::min(low + scale, at + 1.0) - std::max(low, static_cast<double>(at)));
          };
          const double w = overlap(static_cast<double>(column) * reader->scale()[0], reader->scale()[0], x) *
                           overlap(static_cast<double>(row) * reader->scale()[1], reader->scale()[1], y);
          const auto i = static_cast<std::size_t>(y * 61 + x);
          total += w;
          if (values[i] == -1 || values[i + 61 * 47] == -1) continue;
          weight += w;
          sums[0] += w * values[i];
          sums[1] += w * values[i + 61 * 47];
        }
      }
      const auto i = static_cast<std::size_t>(row * working.width + column);
      EXPECT_EQ(pixels.valid[i], weight >= total / 2 ? 1 : 0);
      invalid += pixels.valid[i] == 0 ? 1 : 0;
      if (pixels.valid[i] == 0) continue;
      EXPECT_NEAR(pixels.values[i], sums[0] / weight, 1e-3);
      EXPECT_NEAR(pixels.values[i + count], sums[1] / weight, 1e-3);
    }
  }
  EXPECT_LT(invalid, count / 4);
}

TEST_F(ReadWindows, InterpolatingUpKeepsAPlane) {
  write_raster(file("a.tif"),
               {.width = 20, .height = 20, .type = GDT_Float32, .value = [](int, int x, int y) {
                  return 2 * (x + 0.5) + 3 * (y + 0.5);
                }});
  const auto reader = RasterReader::open({.paths = {file("a.tif")}, .pixel_size_m = 0.3});
  const Grid& working = reader->working_grid();
  const Pixels pixels = read_all(*reader);
  EXPECT_EQ(count_valid(pixels), pixels.valid.size());
  for (std::int64_t row = 2; row + 2 < working.height; ++row) {
    for (std::int64_t column = 2; column + 2 < working.width; ++column) {
      const double x = (static_cast<double>(column) + 0.5) * reader->scale()[0];
      const double y = (static_cast<double>(row) + 0.5) * reader->scale()[1];
      ASSERT_NEAR(pixels.values[static_cast<std::size_t>(row * working.width + column)], 2 * x + 3 * y, 1e-4);
    }
  }
}

TEST_F(ReadWindows, VrtsThatResampleAreTheSameBits) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  std::ofstream(file("half.vrt"))
      << "<VRTDataset rasterXSize='731' rasterYSize='1199'><VRTRasterBand dataType='Byte' band='1'>"
         "<SimpleSource resampling='average'><SourceFilename>"
      << path.string()
      << "</SourceFilename><SourceBand>1</SourceBand><SrcRect xOff='0.3' yOff='0' xSize='1097.7' "
         "ySize='1800'/>"
         "<DstRect xOff='0' yOff='0' xSize='731' ySize='1199'/></SimpleSource></VRTRasterBand></VRTDataset>";
  expect_same_through_all_windows({.paths = {file("half.vrt")}});
}

TEST_F(ReadWindows, ClonesReadInOtherThreads) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  const auto reader = RasterReader::open({.paths = {path.string()}, .bands = rgb("Byte"), .pixel_size_m = 3});
  const Pixels whole = read_all(*reader);
  std::vector<std::thread> threads;
  std::vector<std::size_t> wrong(3, 1);
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&wrong, &whole, i, clone = reader->clone()] {
      wrong[i] = differences(whole, read_tiled(*clone, 200 + static_cast<std::int64_t>(i), 150));
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<std::size_t>(3, 0));
}

TEST_F(ReadWindows, WindowsOutsideAreADefectOfTheCaller) {
  write_raster(file("a.tif"), {});
  const auto reader = RasterReader::open({.paths = {file("a.tif")}});
  std::vector<float> values(16);
  std::vector<std::uint8_t> valid(16);
  EXPECT_THROW(reader->read({6, 0, 4, 4}, values, valid), Error);
  EXPECT_THROW(reader->read({0, 0, 4, 5}, values, valid), Error);
}

}  // namespace
}  // namespace terramask::tests
