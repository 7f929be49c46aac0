// Coordinates that are the same place a full turn further.
#include "geo/base/longitudes.hpp"

#include <gtest/gtest.h>

#include "geo/base/crs.hpp"
#include "geo/base/grid_mapping.hpp"
#include "geo/region/region_grid.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tests {
namespace {

class Longitudes : public ::testing::Test {
 protected:
  void SetUp() override { configure_gdal(16 << 20); }
  static std::string wkt(const std::string& crs) { return geo::crs_from_user(crs, "a test"); }
  static Grid grid(const std::string& crs, double left, double top, double pixel, std::int64_t side) {
    return {.width = side,
            .height = side,
            .geotransform = {left, pixel, 0, top, 0, -pixel},
            .has_geotransform = true,
            .crs = wkt(crs)};
  }
};

TEST_F(Longitudes, ATurnIsKnownWhereXGoesAroundTheEarth) {
  EXPECT_DOUBLE_EQ(geo::full_turn(wkt("EPSG:4326")).value_or(0), 360);
  EXPECT_NEAR(geo::full_turn(wkt("EPSG:4807")).value_or(0), 400, 1e-9);  // grads from Paris
  EXPECT_NEAR(geo::full_turn(wkt("EPSG:3857")).value_or(0), 2 * 20037508.342789244, 1e-6);
  EXPECT_NEAR(geo::full_turn(wkt("EPSG:3832")).value_or(0), 2 * 20037508.342789244, 1e-6);  // from 150 E
  EXPECT_FALSE(geo::full_turn(wkt("EPSG:32633")));
  EXPECT_FALSE(geo::full_turn(wkt("EPSG:3031")));
  EXPECT_FALSE(geo::full_turn(""));
}

TEST_F(Longitudes, IntervalsLieTogether) {
  using Intervals = std::vector<std::array<double, 2>>;
  const auto turns = [](const Intervals& intervals) { return geo::turns_together(intervals, 360); };
  EXPECT_EQ(turns({{179, 180}, {-180, -179}}), (std::vector<int>{0, 1}));
  EXPECT_EQ(turns({{-180, -179}, {179, 180}, {-178, -177}}), (std::vector<int>{1, 0, 1}));
  EXPECT_EQ(turns({{-180, -90}, {-90, 0}, {0, 90}, {90, 180}}), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(turns({{-10, 10}, {100, 120}}), (std::vector<int>{0, 0}));
  EXPECT_EQ(turns({{-180, 180}, {179, 181}}), (std::vector<int>{0, 0}));
}

TEST_F(Longitudes, AMappingDoesNotJump) {
  // A square of UTM across 180 degrees, in the pixels of rasters that end there, go across, or go around.
  const Grid utm = grid("EPSG:32701", 178700, 8175000, 10, 200);
  for (const double left : {179.0, -181.0}) {
    const auto box = geo::GridMapping(utm, grid("EPSG:4326", left, -16, 0.001, 2000)).bounds();
    EXPECT_NEAR(box[0], 990.3, 0.5) << left;
    EXPECT_NEAR(box[2] - box[0], 19, 0.5) << left;
  }
  const auto around = geo::GridMapping(utm, grid("EPSG:4326", -180, 90, 0.1, 3600)).bounds();
  EXPECT_LT(around[0], 0);
  EXPECT_GT(around[2], 3600);
  const auto span = geo::GridMapping(utm, grid("EPSG:3857", -20037508, 0, 10, 100)).span();
  EXPECT_NEAR(span[0], 1.04, 0.02);
}

TEST_F(Longitudes, ARegionOfBothSidesIsSmall) {
  const std::vector<Grid> both{grid("EPSG:4326", 179, 1, 0.01, 100), grid("EPSG:4326", -180, 1, 0.01, 100)};
  const Grid made = geo::region_grid({}, both);
  EXPECT_EQ(made.width, 200);
  EXPECT_DOUBLE_EQ(made.geotransform[0], 179);
  const std::vector<Grid> utm{grid("EPSG:32701", 178700, 8175000, 10, 200)};
  const Grid degrees = geo::region_grid({.crs = "EPSG:4326", .pixel_size = {}, .origin = {}}, utm);
  EXPECT_LT(degrees.width, 300);
  const Grid metres = geo::region_grid({.crs = "EPSG:3857", .pixel_size = {}, .origin = {}}, utm);
  EXPECT_LT(metres.width, 300);
  // What goes around the Earth, or lies beyond 180 degrees by its own account, stays as it is.
  const std::vector<Grid> own{grid("EPSG:4326", 190, 1, 0.01, 100)};
  EXPECT_DOUBLE_EQ(geo::region_grid({}, own).geotransform[0], 190);
  const std::vector<Grid> earth{
      grid("EPSG:3857", -20037508.342789244, 20037508.342789244, 78271.516964, 512)};
  const Grid all = geo::region_grid({.crs = "EPSG:4326", .pixel_size = 1, .origin = {}}, earth);
  EXPECT_EQ(all.width, 360);
  EXPECT_DOUBLE_EQ(all.geotransform[0], -180);
}

}  // namespace
}  // namespace terramask::tests
