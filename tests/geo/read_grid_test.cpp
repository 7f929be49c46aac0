// Pixel sizes on the ground and the working grid that follows from them.
#include <cmath>
#include <numbers>

#include "read_support.hpp"

namespace terramask::tests {
namespace {

using ReadGrid = ReadTest;

constexpr double kRadian = std::numbers::pi / 180;
constexpr double kAxis = 6378137;
constexpr double kEccentricity2 = 0.00669437999014;

/// Radii of curvature of WGS 84: along the meridian and across it.
double meridian(double latitude) {
  return kAxis * (1 - kEccentricity2) / std::pow(1 - kEccentricity2 * std::pow(std::sin(latitude), 2), 1.5);
}
double prime_vertical(double latitude) {
  return kAxis / std::sqrt(1 - kEccentricity2 * std::pow(std::sin(latitude), 2));
}

TEST_F(ReadGrid, ProjectedMetres) {
  for (const char* name : {"data/roads_mosaic.tif", "data/nb_landcover/23322E759967N_clipped_1m_1of2.tif"}) {
    const auto path = shared_data(name);
    TERRAMASK_REQUIRE(path);
    const auto size = RasterReader::open({.paths = {path.string()}})->pixel_size();
    ASSERT_TRUE(size) << name;
    EXPECT_NEAR(size->x, 0.5, 0.0005) << name;  // the projections' scale is 0.9996 and alike
    EXPECT_NEAR(size->y, 0.5, 0.0005) << name;
  }
}

TEST_F(ReadGrid, WebMercatorShrinksWithLatitude) {
  const auto path = shared_data("data/gdal_io/alpha.tif");
  TERRAMASK_REQUIRE(path);
  const auto reader = RasterReader::open({.paths = {path.string()}});
  const Grid& grid = reader->source_grid();
  const auto centre =
      grid.to_world(static_cast<double>(grid.width) / 2, static_cast<double>(grid.height) / 2);
  const double latitude = std::atan(std::sinh(centre[1] / kAxis));
  EXPECT_NEAR(latitude / kRadian, -39.52, 0.01);
  const double unit = 1 / kAxis;
  ASSERT_TRUE(reader->pixel_size());
  EXPECT_NEAR(reader->pixel_size()->x, 3.9999753 * unit * prime_vertical(latitude) * std::cos(latitude),
              1e-6);
  EXPECT_NEAR(reader->pixel_size()->y, 3.9999753 * unit * meridian(latitude) * std::cos(latitude), 1e-6);
  EXPECT_LT(reader->pixel_size()->x, 3.1);
}

TEST_F(ReadGrid, DegreesAreMetresToo) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  const auto reader = RasterReader::open({.paths = {path.string()}});
  const double latitude = reader->source_grid().to_world(549, 900)[1] * kRadian;
  const double step = 2.4999999368e-5 * kRadian;
  ASSERT_TRUE(reader->pixel_size());
  EXPECT_NEAR(reader->pixel_size()->x, step * prime_vertical(latitude) * std::cos(latitude), 1e-6);
  EXPECT_NEAR(reader->pixel_size()->y, step * meridian(latitude), 1e-6);
}

TEST_F(ReadGrid, CloseEnoughIsNotResampled) {
  write_raster(file("a.tif"),
               {.width = 100, .height = 50, .geotransform = {500000, 0.5, 0, 5000000, 0, -0.5}});
  const auto open = [&](double model, Resample resample = Resample::automatic) {
    return RasterReader::open({.paths = {file("a.tif")}, .pixel_size_m = model, .resample = resample});
  };
  EXPECT_FALSE(open(0.53)->resampled());
  EXPECT_FALSE(open(0.47)->resampled());
  EXPECT_TRUE(open(0.56)->resampled());
  EXPECT_TRUE(open(0.45)->resampled());
  EXPECT_TRUE(open(0.53, Resample::always)->resampled());
  EXPECT_FALSE(open(1, Resample::never)->resampled());
  EXPECT_EQ(open(1, Resample::never)->warnings().size(), 1U);
  expect_error([&] { open(0.001); }, ErrorCode::mismatch, {"a.tif", "0.001 m", "`resample=never`"});
}

TEST_F(ReadGrid, EachAxisGetsTheModelsSize) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  const auto reader = RasterReader::open({.paths = {path.string()}, .pixel_size_m = 1.5});
  ASSERT_TRUE(reader->resampled());
  const Grid& source = reader->source_grid();
  const Grid& working = reader->working_grid();
  const auto size = ground_pixel_size(working);
  ASSERT_TRUE(size);
  EXPECT_NEAR(size->x, 1.5, 1e-4);
  EXPECT_NEAR(size->y, 1.5, 1e-4);
  EXPECT_EQ(working.crs, source.crs);
  EXPECT_EQ(working.to_world(0, 0), source.to_world(0, 0));
  EXPECT_EQ(working.width,
            static_cast<std::int64_t>(std::ceil(static_cast<double>(source.width) / reader->scale()[0])));
  EXPECT_EQ(working.height,
            static_cast<std::int64_t>(std::ceil(static_cast<double>(source.height) / reader->scale()[1])));
}

TEST_F(ReadGrid, RotatedAndSouthUpKeepTheirAffine) {
  const double c = std::cos(30 * kRadian);
  const double s = std::sin(30 * kRadian);
  for (const auto& g : {std::vector<double>{500000, c, s, 5000000, s, -c}, {500000, 1, 0, 5000000, 0, 1}}) {
    write_raster(file("r.tif"), {.width = 20, .height = 10, .geotransform = g});
    const auto reader = RasterReader::open({.paths = {file("r.tif")}, .pixel_size_m = 2});
    ASSERT_TRUE(reader->resampled());
    // UTM's scale is 0.9996 here: pixels are 1.0004 m wide, and the eleventh column a sliver.
    EXPECT_EQ(reader->working_grid().width, 11);
    EXPECT_EQ(reader->working_grid().height, 6);
    const auto far = reader->source_grid().to_world(20, 10);
    const auto pixel = reader->working_grid().to_pixel(far[0], far[1]);
    EXPECT_NEAR(pixel[0], 10, 0.01);
    EXPECT_NEAR(pixel[1], 5, 0.01);
    // A working pixel is all but the mean of 2 x 2 source pixels.
    const Pixels pixels = read_all(*reader);
    EXPECT_NEAR(pixels.values[0], 2, 0.01);
    EXPECT_NEAR(pixels.values[11 + 3], 2 + 6 + 2, 0.02);
  }
}

TEST_F(ReadGrid, UnknownPixelSizeIsAWarningUntilAssigned) {
  write_raster(file("nowhere.tif"), {.width = 20, .height = 10, .crs = "", .geotransform = {}});
  const auto nowhere = RasterReader::open({.paths = {file("nowhere.tif")}, .pixel_size_m = 0.5});
  EXPECT_FALSE(nowhere->resampled());
  EXPECT_FALSE(nowhere->pixel_size());
  ASSERT_EQ(nowhere->warnings().size(), 2U);
  EXPECT_NE(nowhere->warnings()[1].find("`assumed_pixel_size_m`"), std::string::npos);
  const auto assumed =
      RasterReader::open({.paths = {file("nowhere.tif")}, .pixel_size_m = 0.5, .assumed_pixel_size_m = 0.25});
  EXPECT_TRUE(assumed->resampled());
  EXPECT_EQ(assumed->working_grid().width, 10);

  write_raster(file("bare.tif"), {.crs = ""});
  EXPECT_FALSE(RasterReader::open({.paths = {file("bare.tif")}})->pixel_size());
  const auto assigned = RasterReader::open({.paths = {file("bare.tif")}, .crs = "EPSG:32633"});
  ASSERT_TRUE(assigned->pixel_size());
  EXPECT_NEAR(assigned->pixel_size()->x, 1, 0.001);
  EXPECT_TRUE(assigned->warnings().empty());
  expect_error([&] { RasterReader::open({.paths = {file("bare.tif")}, .crs = "EPSG:0"}); }, ErrorCode::usage,
               {"`crs` EPSG:0"});
}

TEST_F(ReadGrid, PixelsAndCoordinatesAreInverse) {
  Grid grid{.width = 10,
            .height = 10,
            .geotransform = {100, 17.3, 5, 200, 10, -8.66},
            .has_geotransform = true,
            .crs = ""};
  const auto place = grid.to_world(3.25, 7.5);
  const auto pixel = grid.to_pixel(place[0], place[1]);
  EXPECT_NEAR(pixel[0], 3.25, 1e-12);
  EXPECT_NEAR(pixel[1], 7.5, 1e-12);
  const Grid part = cut(grid, {2, 3, 4, 5});
  const auto same = part.to_world(1.25, 4.5);
  EXPECT_NEAR(same[0], place[0], 1e-9);
  EXPECT_NEAR(same[1], place[1], 1e-9);
  EXPECT_EQ(part.width, 4);
}

}  // namespace
}  // namespace terramask::tests
