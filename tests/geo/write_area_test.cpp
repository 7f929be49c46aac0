// Areas on the ellipsoid, against PROJ's geodesic directly.
#include <gdal_rat.h>
#include <geodesic.h>
#include <proj.h>

#include <algorithm>
#include <cmath>

#include "geo/base/pixel_area.hpp"
#include "geo/files/open.hpp"
#include "write_support.hpp"

namespace terramask::tests {
namespace {

/// Area of pixels [x0, x1) × [y0, y1): their outline point by point through PROJ, then its geodesic polygon.
double area_by_proj(const Grid& grid, std::int64_t x0, std::int64_t y0, std::int64_t x1, std::int64_t y1,
                    const char* crs) {
  PJ_CONTEXT* context = proj_context_create();
  PJ* raw = proj_create_crs_to_crs(context, crs, "EPSG:4326", nullptr);
  PJ* way = proj_normalize_for_visualization(context, raw);
  geod_geodesic wgs84;
  geod_init(&wgs84, 6378137, 1 / 298.257223563);
  geod_polygon polygon;
  geod_polygon_init(&polygon, 0);
  const auto add = [&](double column, double row) {
    const auto& t = grid.geotransform;
    const PJ_COORD point = proj_trans(
        way, PJ_FWD, proj_coord(t[0] + column * t[1] + row * t[2], t[3] + column * t[4] + row * t[5], 0, 0));
    geod_polygon_addpoint(&wgs84, &polygon, point.xy.y, point.xy.x);
  };
  const auto left = static_cast<double>(x0), right = static_cast<double>(x1);
  const auto top = static_cast<double>(y0), bottom = static_cast<double>(y1);
  for (int i = 0; i < 50; ++i) add(std::lerp(left, right, i / 50.0), top);
  for (int i = 0; i < 50; ++i) add(right, std::lerp(top, bottom, i / 50.0));
  for (int i = 0; i < 50; ++i) add(std::lerp(right, left, i / 50.0), bottom);
  for (int i = 0; i < 50; ++i) add(left, std::lerp(bottom, top, i / 50.0));
  double area = 0;
  double perimeter = 0;
  geod_polygon_compute(&wgs84, &polygon, 0, 1, &area, &perimeter);
  proj_destroy(way);
  proj_destroy(raw);
  proj_context_destroy(context);
  return std::abs(area);
}

Grid grid_of(const std::string& path) {
  const auto raster = geo::open_raster(path);
  Grid grid;
  grid.width = raster->GetRasterXSize();
  grid.height = raster->GetRasterYSize();
  raster->GetGeoTransform(grid.geotransform.data());
  grid.has_geotransform = true;
  char* wkt = nullptr;
  raster->GetSpatialRef()->exportToWkt(&wkt);
  grid.crs = wkt;
  CPLFree(wkt);
  return grid;
}

TEST(WriteArea, OfWebMercatorAt39DegreesSouthIsThatOfTheEllipsoid) {
  const auto source = shared_data("data/gdal_io/alpha.tif");
  TERRAMASK_REQUIRE(source);
  const Grid grid = grid_of(source.string());
  const TemporaryFolder folder;
  const auto writer = MaskWriter::create(
      {folder.file("mask.tif"), grid, {{0, "north", "#000000"}, {1, "south", "#ffffff"}}, {}, {}, false});
  std::vector<std::uint16_t> values(static_cast<std::size_t>(grid.width * grid.height), 1);
  std::fill_n(values.begin(), static_cast<std::size_t>(grid.width) * 400, std::uint16_t{0});
  writer->write(grid.extent(), values);
  writer->finish({}, nullptr);
  const auto mask = geo::open_raster(folder.file("mask.tif"));
  const GDALRasterAttributeTable* table = mask->GetRasterBand(1)->GetDefaultRAT();
  ASSERT_EQ(table->GetColumnCount(), 8);
  const double north = area_by_proj(grid, 0, 0, grid.width, 400, "EPSG:3857");
  const double south = area_by_proj(grid, 0, 400, grid.width, grid.height, "EPSG:3857");
  EXPECT_NEAR(table->GetValueAsDouble(0, 6) / north, 1, 1e-5);
  EXPECT_NEAR(table->GetValueAsDouble(1, 6) / south, 1, 1e-5);
  EXPECT_NEAR(table->GetValueAsDouble(1, 7) * 1e4 / south, 1, 1e-5);
  const double naive = static_cast<double>(grid.width) * 400 * grid.geotransform[1] * -grid.geotransform[5];
  EXPECT_NEAR(naive / table->GetValueAsDouble(0, 6), 1.68, 0.01);
}

struct AreaCase {
  const char* what;
  const char* crs;
  std::int64_t width, height;
  std::array<double, 6> geotransform;
};

class WriteAreas : public testing::TestWithParam<AreaCase> {};

TEST_P(WriteAreas, AgreeWithProjEverywhere) {
  const AreaCase& one = GetParam();
  Grid grid{one.width, one.height, one.geotransform, true, one.crs};
  const auto areas = geo::PixelAreas::make(grid);
  ASSERT_NE(areas, nullptr);
  // Rectangles in the corners and the middle, as large as a tenth of the raster.
  const std::int64_t w = std::max<std::int64_t>(1, one.width / 10);
  const std::int64_t h = std::max<std::int64_t>(1, one.height / 10);
  for (const std::int64_t x : {std::int64_t{0}, (one.width - w) / 2, one.width - w})
    for (const std::int64_t y : {std::int64_t{0}, (one.height - h) / 2, one.height - h}) {
      double sum = 0;
      for (std::int64_t row = y; row < y + h; ++row) sum += areas->run(x, x + w, row);
      EXPECT_NEAR(sum / area_by_proj(grid, x, y, x + w, y + h, one.crs), 1, 1e-3) << x << ", " << y;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Grids, WriteAreas,
    testing::Values(
        AreaCase{"degrees", "EPSG:4326", 20000, 20000, {5, 1e-4, 0, 60, 0, -1e-4}},
        AreaCase{"the world in degrees", "EPSG:4326", 3600, 1800, {-180, 0.1, 0, 90, 0, -0.1}},
        AreaCase{"Web Mercator across a country", "EPSG:3857", 60000, 60000, {1e6, 10, 0, 9e6, 0, -10}},
        AreaCase{"coarse Web Mercator", "EPSG:3857", 2000, 2000, {-1e7, 1e4, 0, 1e7, 0, -1e4}},
        AreaCase{"UTM, half metres", "EPSG:32632", 5000, 3000, {5e5, 0.5, 0, 4.6e6, 0, -0.5}},
        AreaCase{"UTM, rotated", "EPSG:32632", 5000, 3000, {5e5, 3, 2, 4.6e6, -2, 3}},
        AreaCase{"degrees, rotated", "EPSG:4326", 500, 300, {5, 1e-3, 5e-4, 60, 5e-4, -1e-3}},
        AreaCase{"across the date line", "EPSG:4326", 200, 200, {179.9, 1e-3, 0, -16, 0, -1e-3}},
        AreaCase{"US survey feet", "EPSG:2225", 4000, 4000, {6e6, 2, 0, 2.2e6, 0, -2}}));

TEST(WriteArea, IsUnknownWithoutAPlaceOnEarth) {
  Grid grid = utm_grid(10, 10);
  grid.crs.clear();
  EXPECT_EQ(geo::PixelAreas::make(grid), nullptr);
  grid.crs = "LOCAL_CS[\"site\",UNIT[\"metre\",1]]";
  EXPECT_EQ(geo::PixelAreas::make(grid), nullptr);
  grid.crs = "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +datum=WGS84 +type=crs";
  EXPECT_EQ(geo::PixelAreas::make(grid), nullptr);
  grid = utm_grid(10, 10);
  grid.has_geotransform = false;
  EXPECT_EQ(geo::PixelAreas::make(grid), nullptr);
}

TEST(WriteArea, OfARunIsTheSumOfItsPixels) {
  Grid grid{5000, 5000, {-1e6, 4e2, 0, 7e6, 0, -4e2}, true, "EPSG:3857"};
  const auto areas = geo::PixelAreas::make(grid);
  for (const std::int64_t row : {0, 1234, 4999}) {
    double sum = 0;
    for (std::int64_t x = 0; x < grid.width; ++x) sum += areas->run(x, x + 1, row);
    EXPECT_NEAR(areas->run(0, grid.width, row) / sum, 1, 1e-12);
  }
}

}  // namespace
}  // namespace terramask::tests
