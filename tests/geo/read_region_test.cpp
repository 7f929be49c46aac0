// Regions of interest: bounds become windows, cutlines keep pixels by their centres.
#include <gdal_alg.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "geo/base/crs.hpp"
#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "read_support.hpp"

namespace terramask::tests {
namespace {

using ReadRegion = ReadTest;

Grid utm_grid() {
  return {
      .width = 100,
      .height = 80,
      .geotransform = {500000, 0.5, 0, 5000000, 0, -0.5},
      .has_geotransform = true,
      .crs =
          RasterReader::open({.paths = {shared_data("data/roads_mosaic.tif").string()}})->source_grid().crs};
}

std::array<double, 4> extent_bounds(const Grid& grid, const Window& window) {
  const auto upper = grid.to_world(static_cast<double>(window.x), static_cast<double>(window.y));
  const auto lower = grid.to_world(static_cast<double>(window.x + window.width),
                                   static_cast<double>(window.y + window.height));
  return {upper[0], lower[1], lower[0], upper[1]};
}

std::vector<std::uint8_t> whole_mask(const RegionOfInterest& region, const Grid& grid) {
  std::vector<std::uint8_t> inside(static_cast<std::size_t>(grid.width * grid.height), 1);
  region.mask(grid.extent(), inside);
  return inside;
}

std::vector<std::uint8_t> tiled_mask(const RegionOfInterest& region, const Grid& grid, std::int64_t side) {
  std::vector<std::uint8_t> all(static_cast<std::size_t>(grid.width * grid.height));
  for (std::int64_t y = 0; y < grid.height; y += side) {
    for (std::int64_t x = 0; x < grid.width; x += side) {
      const Window window = intersect({x, y, side, side}, grid.extent());
      std::vector<std::uint8_t> part(static_cast<std::size_t>(window.width * window.height), 1);
      region.mask(window, part);
      for (std::int64_t row = 0; row < window.height; ++row) {
        std::copy_n(part.begin() + row * window.width, window.width,
                    all.begin() + (y + row) * grid.width + x);
      }
    }
  }
  return all;
}

/// What GDAL's rasterising of all polygons gives, by pixel centres.
std::vector<std::uint8_t> rasterized(const std::string& path, const Grid& grid) {
  const geo::DatasetPtr vectors = geo::open_vector(path);
  GDALDataset* memory = GetGDALDriverManager()->GetDriverByName("MEM")->Create(
      "", static_cast<int>(grid.width), static_cast<int>(grid.height), 1, GDT_Byte, nullptr);
  auto geotransform = grid.geotransform;
  memory->SetGeoTransform(geotransform.data());
  int band = 1;
  double one = 1;
  for (OGRLayer* layer : vectors->GetLayers()) {
    OGRLayerH handle = OGRLayer::ToHandle(layer);
    EXPECT_EQ(GDALRasterizeLayers(GDALDataset::ToHandle(memory), 1, &band, 1, &handle, nullptr, nullptr, &one,
                                  nullptr, nullptr, nullptr),
              CE_None);
  }
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(grid.width * grid.height));
  EXPECT_EQ(memory->GetRasterBand(1)->RasterIO(
                GF_Read, 0, 0, static_cast<int>(grid.width), static_cast<int>(grid.height), pixels.data(),
                static_cast<int>(grid.width), static_cast<int>(grid.height), GDT_Byte, 0, 0, nullptr),
            CE_None);
  GDALClose(memory);
  return pixels;
}

TEST_F(ReadRegion, BoundsAreTheWindowTheyTouch) {
  TERRAMASK_REQUIRE(shared_data("data/roads_mosaic.tif"));
  const Grid grid = utm_grid();
  const auto window = [&](std::array<double, 4> bounds) {
    return RegionOfInterest::make(grid, bounds, "", "")->window();
  };
  EXPECT_EQ(window({500001, 4999990, 500003, 4999999}), (Window{2, 2, 4, 18}));
  EXPECT_EQ(window({500001.1, 4999990.1, 500003.1, 4999999.1}), (Window{2, 1, 5, 19}));
  EXPECT_EQ(window({500001 - 1e-8, 4999990 - 1e-8, 500003 + 1e-8, 4999999 + 1e-8}), (Window{2, 2, 4, 18}));
  EXPECT_EQ(window({499000, 4000000, 600000, 5999999}), grid.extent());
  EXPECT_EQ(RegionOfInterest::make(grid, std::nullopt, "", "")->window(), grid.extent());
}

TEST_F(ReadRegion, BoundsInAnotherCrs) {
  const auto path = shared_data("data/osm_roads_swellendam/3420B_north.tif");
  TERRAMASK_REQUIRE(path);
  const Grid grid = RasterReader::open({.paths = {path.string()}})->source_grid();
  // The box around all of it in UTM 34S holds the whole raster, and a box well inside less.
  const auto all =
      RegionOfInterest::make(grid, std::array<double, 4>{453000, 6232000, 458000, 6239000}, "EPSG:32734", "");
  EXPECT_EQ(all->window(), grid.extent());
  const auto part =
      RegionOfInterest::make(grid, std::array<double, 4>{454500, 6234000, 455500, 6235000}, "EPSG:32734", "");
  const Window window = part->window();
  const Grid cell = cut(grid, window);
  const auto size = ground_pixel_size(cell);
  ASSERT_TRUE(size);
  // 1000 m (0.04% less on the ground), and what the box leans by: half a degree from the central meridian.
  EXPECT_NEAR(static_cast<double>(window.width) * size->x, 1005, 6);
  EXPECT_NEAR(static_cast<double>(window.height) * size->y, 1005, 6);
}

Grid grid_of(const std::string& crs, double left, double top, double pixel, std::int64_t side) {
  return {.width = side,
          .height = side,
          .geotransform = {left, pixel, 0, top, 0, -pixel},
          .has_geotransform = true,
          .crs = geo::crs_from_user(crs, "a test")};
}

Window window_of(const Grid& grid, const std::array<double, 4>& box, const std::string& crs) {
  return RegionOfInterest::make(grid, box, crs, "")->window();
}

TEST_F(ReadRegion, BoundsBeyondTheProjectionAreCutThere) {
  using Box = std::array<double, 4>;
  for (const Grid& grid :
       {grid_of("EPSG:32633", 452000, 5412000, 0.5, 512), grid_of("EPSG:32701", 160000, 8175000, 10, 700),
        grid_of("EPSG:3857", -20037508, 20037508, 78271.516, 512),
        grid_of("EPSG:2154", 700000, 6600000, 1, 100), grid_of("EPSG:3031", -1e6, 1e6, 2000, 1000),
        grid_of("EPSG:4326", 170, 10, 0.1, 200), grid_of("EPSG:4326", 0, 90, 0.72, 250)})
    for (const Box& box : {Box{-180, -90, 180, 90}, Box{0, -90, 360, 90}, Box{-360, -90, 360, 90}})
      EXPECT_EQ(window_of(grid, box, "EPSG:4326"), grid.extent())
          << geo::crs_label(grid.crs) << " " << box[0];
  // A hemisphere that the raster reaches into by half.
  const Grid equator = grid_of("EPSG:32601", 400000, 1000, 10, 200);
  EXPECT_EQ(window_of(equator, {-180, -90, 180, 0}, "EPSG:4326"), (Window{0, 100, 200, 100}));
}

TEST_F(ReadRegion, BoundsReachAcross180Degrees) {
  using Box = std::array<double, 4>;
  const std::vector<Box> same{{179.9, -1, -179.9, 1}, {179.9, -1, 180.1, 1}, {-180.1, -1, -179.9, 1}};
  for (const double left : {179.0, -181.0})
    for (const Box& box : same)
      EXPECT_EQ(window_of(grid_of("EPSG:4326", left, 2, 0.01, 400), box, ""), (Window{90, 100, 20, 200}))
          << left;
  // Of a raster around the Earth two windows, and what lies between is not inside.
  const Grid world = grid_of("EPSG:4326", -180, 180, 1, 360);
  for (const Box& box : same) {
    const auto region = RegionOfInterest::make(world, box, "", "");
    EXPECT_EQ(region->window(), (Window{0, 179, 360, 2}));
    std::vector<std::uint8_t> inside(360, 1);
    region->mask({0, 180, 360, 1}, inside);
    EXPECT_EQ(std::count(inside.begin(), inside.end(), 1), 2);
    EXPECT_TRUE(inside.front() == 1 && inside.back() == 1);
  }
  // From metres to degrees and back.
  const Window metres = window_of(grid_of("EPSG:4326", 179, 2, 0.01, 400),
                                  {-20048640, -111319, -20026377, 111319}, "EPSG:3857");
  EXPECT_EQ(metres, (Window{90, 100, 20, 200}));
  const Grid utm = grid_of("EPSG:32701", 160000, 8175000, 10, 4000);
  const Window across = window_of(utm, {179.95, -16.6, -179.95, -16.55}, "EPSG:4326");
  EXPECT_NEAR(static_cast<double>(across.x), 1445, 1);  // by PROJ, whose x of the corners is 174453 to 185217
  EXPECT_NEAR(static_cast<double>(across.width), 1077, 1);
  for (const Box& box : {Box{7.45, 43, 7.40, 44}, Box{7, 44, 8, 43}, Box{500, 1, 100, 2}})
    EXPECT_THROW(window_of(world, box, ""), Error) << box[0];
}

TEST_F(ReadRegion, BoundsThatCannotBeMeant) {
  TERRAMASK_REQUIRE(shared_data("data/roads_mosaic.tif"));
  const Grid grid = utm_grid();
  const auto make = [&](std::array<double, 4> bounds, const std::string& crs) {
    RegionOfInterest::make(grid, bounds, crs, "");
  };
  expect_error(
      [&] {
        make({20.5, -34.1, 20.6, -34}, "");
      },
      ErrorCode::mismatch, {"`bounds` 20.5 -34.1 20.6 -34", "500000 4999960 500050 5000000", "`bounds_crs`"});
  expect_error(
      [&] {
        make({20.5, -34.1, 20.6, -34}, "EPSG:4326");
      },
      ErrorCode::mismatch, {"EPSG:4326", "EPSG:32616"});
  EXPECT_THROW(make({500003, 4999990, 500001, 4999999}, ""), Error);
  EXPECT_THROW(make({500001, 4999990, std::nan(""), 4999999}, ""), Error);
  expect_error(
      [&] {
        make({1, 2, 3, 4}, "EPSG:nonsense");
      },
      ErrorCode::usage, {"`bounds_crs` EPSG:nonsense"});
  Grid nowhere = grid;
  nowhere.has_geotransform = false;
  expect_error(
      [&] {
        RegionOfInterest::make(nowhere, std::array<double, 4>{1, 2, 3, 4}, "", "");
      },
      ErrorCode::mismatch, {"no geotransform"});
}

TEST_F(ReadRegion, CutlineKeepsThePixelsGdalWouldBurn) {
  const auto image = shared_data("data/nb_landcover/23322E759967N_clipped_1m_1of2.tif");
  const auto polygons = shared_data("data/nb_landcover/landcover_1of2.gpkg");
  TERRAMASK_REQUIRE(image);
  std::filesystem::copy_file(polygons, file("polygons.gpkg"));  // SQLite wants to write beside it
  std::filesystem::permissions(file("polygons.gpkg"), std::filesystem::perms::owner_all);
  const Grid grid = RasterReader::open({.paths = {image.string()}})->source_grid();
  const auto region = RegionOfInterest::make(grid, std::nullopt, "", file("polygons.gpkg"));
  const auto mask = whole_mask(*region, grid);
  EXPECT_EQ(mask, rasterized(file("polygons.gpkg"), grid));
  const auto inside = std::count(mask.begin(), mask.end(), 1);
  EXPECT_GT(inside, 1000);
  EXPECT_LT(inside, static_cast<std::ptrdiff_t>(mask.size()));
  for (const std::int64_t side : {1000, 64, 37, 1}) EXPECT_EQ(mask, tiled_mask(*region, grid, side)) << side;
}

TEST_F(ReadRegion, CutlineInAnotherCrsWithAHole) {
  const auto path = shared_data("data/nb_landcover/23322E759967N_clipped_1m_1of2.tif");
  TERRAMASK_REQUIRE(path);
  const Grid grid =
      RasterReader::open({.paths = {path.string()}})->source_grid();  // northing comes first in EPSG:2953
  // The same ring, once in the raster's CRS and once in longitude and latitude.
  const std::vector<std::array<double, 2>> outer{
      {20.3, 30.1}, {249.7, 50.7}, {200.2, 300.4}, {40.9, 250.8}, {20.3, 30.1}};
  const std::vector<std::array<double, 2>> hole{{100, 100}, {150, 100}, {150, 150}, {100, 100}};
  const auto write = [&](const std::string& name, bool geographic) {
    OGRSpatialReference from;
    from.importFromWkt(grid.crs.c_str());
    from.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    OGRSpatialReference to;
    to.SetFromUserInput("EPSG:4326");
    to.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    OGRCoordinateTransformation* transform = OGRCreateCoordinateTransformation(&from, &to);
    std::ofstream out(file(name));
    out.precision(15);
    out << R"({"type": "FeatureCollection", )"
        << (geographic ? ""
                       : R"("crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2953"}}, )")
        << R"("features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [)";
    for (const auto& ring : {outer, hole}) {
      out << "[";
      for (std::size_t i = 0; i < ring.size(); ++i) {
        auto place = grid.to_world(ring[i][0], ring[i][1]);
        if (geographic) transform->Transform(1, &place[0], &place[1]);
        out << (i == 0 ? "[" : ", [") << place[0] << ", " << place[1] << "]";
      }
      out << (ring.size() == outer.size() ? "], " : "]");
    }
    out << "]}}]}";
    OGRCoordinateTransformation::DestroyCT(transform);
  };
  write("same.geojson", false);
  write("degrees.geojson", true);
  const auto same = RegionOfInterest::make(grid, std::nullopt, "", file("same.geojson"));
  const auto degrees = RegionOfInterest::make(grid, std::nullopt, "", file("degrees.geojson"));
  EXPECT_EQ(same->window().x, 20);
  EXPECT_EQ(same->window().width, 230);
  const auto a = whole_mask(*same, grid);
  const auto b = whole_mask(*degrees, grid);
  EXPECT_EQ(a, rasterized(file("same.geojson"), grid));
  EXPECT_EQ(a[static_cast<std::size_t>(110 * grid.width + 140)], 0);  // in the hole
  EXPECT_EQ(a[static_cast<std::size_t>(200 * grid.width + 140)], 1);
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different += a[i] != b[i] ? 1 : 0;
  EXPECT_LE(different, 2U);  // centres that lie on an edge but for rounding
  const auto both =
      RegionOfInterest::make(grid, extent_bounds(grid, {0, 0, 100, 100}), "", file("same.geojson"));
  EXPECT_EQ(both->window(), (Window{20, 30, 80, 70}));
}

TEST_F(ReadRegion, CutlinesThatCannotBeMeant) {
  TERRAMASK_REQUIRE(shared_data("data/roads_mosaic.tif"));
  const Grid grid = utm_grid();
  const auto make = [&](const std::string& cutline) {
    RegionOfInterest::make(grid, std::nullopt, "", cutline);
  };
  expect_error([&] { make(file("gone.gpkg")); }, ErrorCode::not_found, {"gone.gpkg", "no such file"});
  std::ofstream(file("line.geojson")) << R"({"type": "LineString", "coordinates": [[0, 0], [1, 1]]})";
  expect_error([&] { make(file("line.geojson")); }, ErrorCode::mismatch, {"line.geojson", "no polygon"});
  std::ofstream(file("far.geojson"))
      << R"({"type": "Polygon", "coordinates": [[[-80, 40], [-80, 41], [-79, 41], [-80, 40]]]})";
  expect_error([&] { make(file("far.geojson")); }, ErrorCode::mismatch,
               {"far.geojson", "500000 4999960 500050 5000000", "EPSG:32616"});
}

}  // namespace
}  // namespace terramask::tests
