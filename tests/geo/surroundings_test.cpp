// Shapes across the seam of a CRS, and shapes far larger than a grid.
#include "geo/base/surroundings.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "geo/base/crs.hpp"
#include "geo/base/polygon_projection.hpp"

namespace terramask::geo {
namespace {

std::unique_ptr<OGRGeometry> shape(const std::string& wkt) {
  OGRGeometry* made = nullptr;
  EXPECT_EQ(OGRGeometryFactory::createFromWkt(wkt.c_str(), nullptr, &made), OGRERR_NONE) << wkt;
  return std::unique_ptr<OGRGeometry>(made);
}

std::string degrees() {
  return crs_from_user("EPSG:4326", "test");
}

Grid grid_of(const std::string& crs, std::array<double, 6> geotransform, std::int64_t side) {
  return {side, side, geotransform, true, crs_from_user(crs, "test")};
}

OGREnvelope box_of(const OGRGeometry& geometry) {
  OGREnvelope box;
  geometry.getEnvelope(&box);
  return box;
}

std::int64_t painted(const std::string& wkt, const Grid& grid) {
  const std::string path = "test";
  const PolygonProjection projection(degrees(), path, grid);
  Polygons polygons;
  projection.add(*shape(wkt), polygons);
  std::vector<std::uint8_t> inside(static_cast<std::size_t>(grid.width * grid.height));
  polygons.fill(grid.extent(), inside);
  return std::count(inside.begin(), inside.end(), 1);
}

TEST(Wrap, KnowsWhichSystemsComeRoundAgain) {
  EXPECT_DOUBLE_EQ(wrap_of(degrees()).period, 360);
  EXPECT_NEAR(wrap_of(crs_from_user("EPSG:3857", "test")).period, 40075016.6856, 1e-3);
  EXPECT_NEAR(wrap_of(crs_from_user("ESRI:54008", "test")).period, 0, 0);  // sinusoidal
  EXPECT_EQ(wrap_of(crs_from_user("EPSG:32633", "test")).period, 0);
  EXPECT_EQ(wrap_of(crs_from_user("EPSG:3413", "test")).period, 0);
  EXPECT_EQ(wrap_of("").period, 0);
}

TEST(Wrap, UnrollsWhatCrossesTheSeamAndNothingElse) {
  const Wrap wrap = wrap_of(degrees());
  const auto unrolled = [&](const std::string& wkt) {
    const auto geometry = shape(wkt);
    const bool changed = unroll(*geometry, wrap);
    const OGREnvelope box = box_of(*geometry);
    return std::tuple(changed, box.MinX, box.MaxX, box.MinY, box.MaxY);
  };
  EXPECT_EQ(unrolled("POLYGON((179 1, -179 1, -179 2, 179 2, 179 1))"), std::tuple(true, 179, 181, 1, 2));
  EXPECT_EQ(unrolled("POLYGON((-179 2, 179 2, 179 1, -179 1, -179 2))"), std::tuple(true, -181, -179, 1, 2));
  EXPECT_EQ(unrolled("LINESTRING(170 0, 179 0, -179 5, -170 5)"), std::tuple(true, 170, 190, 0, 5));
  // Around the Earth: what it says.
  EXPECT_EQ(unrolled("POLYGON((-180 40, 180 40, 180 60, -180 60, -180 40))"),
            std::tuple(false, -180, 180, 40, 60));
  EXPECT_EQ(unrolled("POLYGON((-179 40, 179 40, 179 60, -179 60, -179 40))"),
            std::tuple(false, -179, 179, 40, 60));
  EXPECT_EQ(unrolled("POLYGON((-100 40, 120 40, 120 60, -100 60, -100 40))"),
            std::tuple(false, -100, 120, 40, 60));
  // A coast around a pole, closed along it or not at all.
  EXPECT_EQ(unrolled("POLYGON((-180 -80, 0 -70, 180 -80, 180 -90, -180 -90, -180 -80))"),
            std::tuple(false, -180, 180, -90, -70));
  EXPECT_EQ(unrolled("POLYGON((-175 70, -90 72, 0 70, 90 71, 175 70, -175 70))"),
            std::tuple(true, -175, 185, 70, 90));
}

TEST(Surroundings, LeavesWhatIsNearToTheBit) {
  const Grid grid = grid_of("EPSG:32633", {452000, 0.5, 0, 5412000, 0, -0.5}, 512);
  const Surroundings around(degrees(), grid, 0);
  EXPECT_EQ(around.bring(*shape("POLYGON((14 48, 15 48, 15 49, 14 49, 14 48))")), nullptr);
  const auto cut = around.bring(*shape("POLYGON((-180 40, 180 40, 180 60, -180 60, -180 40))"));
  ASSERT_NE(cut, nullptr);
  EXPECT_LT(box_of(*cut).MaxX, 30);
  EXPECT_GT(box_of(*cut).MinX, 0);
  const auto none = around.bring(*shape("POLYGON((100 0, 110 0, 110 10, 100 10, 100 0))"));
  ASSERT_NE(none, nullptr);
  EXPECT_TRUE(none->IsEmpty());
}

TEST(Surroundings, PaintsAllOfAGridThatLiesInside) {
  const Grid grid = grid_of("EPSG:32633", {452000, 0.5, 0, 5412000, 0, -0.5}, 64);
  for (const char* wkt : {"POLYGON((-180 40, 180 40, 180 60, -180 60, -180 40))",
                          "POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))",
                          "POLYGON((0 -90, 360 -90, 360 90, 0 90, 0 -90))",
                          "POLYGON((-175 10, -90 12, 0 10, 90 11, 175 10, -175 10))",
                          "POLYGON((-350 40, -340 40, -340 60, -350 60, -350 40))"})
    EXPECT_EQ(painted(wkt, grid), 64 * 64) << wkt;
}

TEST(Surroundings, GridsAcrossTheSeamAndAroundThePole) {
  const std::string box = "POLYGON((179 1, -179 1, -179 2, 179 2, 179 1))";
  EXPECT_EQ(painted(box, grid_of("EPSG:4326", {178, 0.1, 0, 3, 0, -0.1}, 40)), 200);
  EXPECT_EQ(painted(box, grid_of("EPSG:4326", {-182, 0.1, 0, 3, 0, -0.1}, 40)), 200);
  EXPECT_EQ(painted(box, grid_of("EPSG:4269", {178, 0.1, 0, 3, 0, -0.1}, 40)), 200);
  EXPECT_EQ(painted(box, grid_of("EPSG:4326", {-180, 1, 0, 90, 0, -1}, 360)), 2);
  const std::int64_t mercator =
      painted(box, grid_of("EPSG:3857", {20037508.34 - 2e5, 1e4, 0, 3e5, 0, -1e4}, 40));
  EXPECT_NEAR(static_cast<double>(mercator), 22.3 * 11.1, 15);
  // No pixel's centre lies on the 180th meridian itself, where the two ends of a ring meet.
  const Grid polar = grid_of("EPSG:3413", {-3e6, 1e4, 0, 3e6 + 4e3, 0, -1e4}, 600);
  EXPECT_EQ(painted("POLYGON((-180 30, 180 30, 180 90, -180 90, -180 30))", polar), 360000);
  const std::int64_t cap = painted("POLYGON((-180 70, 180 70, 180 90, -180 90, -180 70))", polar);
  const std::int64_t belt = painted("POLYGON((-180 30, 180 30, 180 70, -180 70, -180 30))", polar);
  EXPECT_EQ(cap + belt, 360000);
  EXPECT_GT(cap, 100000);
}

TEST(Surroundings, PointsWithoutAPlace) {
  const Grid grid = grid_of("EPSG:32633", {452000, 0.5, 0, 5412000, 0, -0.5}, 512);
  const std::string path = "test";
  const PolygonProjection projection(degrees(), path, grid);
  EXPECT_FALSE(projection.to_pixel(103.8, 1.35));
  ASSERT_TRUE(projection.to_pixel(14.347, 48.858));
  const auto once = *projection.to_pixel(14.347, 48.858), twice = *projection.to_pixel(374.347, 48.858);
  EXPECT_NEAR(once.x, twice.x, 1e-3);
  EXPECT_NEAR(once.y, twice.y, 1e-3);
}

}  // namespace
}  // namespace terramask::geo
