// Places in longitude and latitude, as RFC 7946 has them.
#include "geo/base/lon_lat.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "geo/base/crs.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tests {
namespace {

using geo::LonLatPlace;

class LonLat : public ::testing::Test {
 protected:
  void SetUp() override { configure_gdal(16 << 20); }

  /// North up, `width` by `height` units from the corner.
  static Grid grid(const std::string& crs, double left, double top, double width, double height,
                   double pixel = 1) {
    Grid made;
    made.width = static_cast<std::int64_t>(width / pixel);
    made.height = static_cast<std::int64_t>(height / pixel);
    made.geotransform = {left, pixel, 0, top, 0, -pixel};
    made.has_geotransform = true;
    made.crs = geo::crs_from_user(crs, "a test");
    return made;
  }
  static double area(const LonLatPlace::Ring& ring) {
    double twice = 0;
    for (std::size_t i = 1; i < ring.size(); ++i)
      twice += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
    return twice / 2;
  }
  /// What holds of every place; returns the area of all its rings, square degrees.
  static double check(const LonLatPlace& place) {
    double sum = 0;
    for (const auto& ring : place.rings) {
      EXPECT_GE(ring.size(), 4U);
      EXPECT_EQ(ring.front(), ring.back());
      EXPECT_GT(area(ring), 0);  // counterclockwise
      sum += area(ring);
      for (const auto& [lon, lat] : ring) {
        EXPECT_GE(lon, -180);
        EXPECT_LE(lon, 180);
        EXPECT_GE(lat, place.box[1] - 1e-9);
        EXPECT_LE(lat, place.box[3] + 1e-9);
        const bool inside = place.box[0] <= place.box[2] ? lon >= place.box[0] && lon <= place.box[2]
                                                         : lon >= place.box[0] || lon <= place.box[2];
        EXPECT_TRUE(inside) << lon;
      }
    }
    return sum;
  }
};

TEST_F(LonLat, AnOrdinaryPlaceIsOneRing) {
  const Grid utm = grid("EPSG:32633", 500000, 5000000, 1000, 1000);
  const auto place = geo::lon_lat_place(utm, utm.extent());
  ASSERT_TRUE(place);
  ASSERT_EQ(place->rings.size(), 1U);
  check(*place);
  EXPECT_NEAR(place->box[0], 15, 1e-6);
  EXPECT_LT(place->box[0], place->box[2]);
  Grid south_up = utm;
  south_up.geotransform[3] = 4999000;
  south_up.geotransform[5] = 1;
  check(geo::lon_lat_place(south_up, south_up.extent()).value());
}

TEST_F(LonLat, AcrossThe180thMeridianThereAreTwo) {
  // The Mercator of the Pacific, whose middle is 150 E: 180 lies at 30 degrees.
  const double degree = 111319.490793, line = 30 * degree;
  const Grid pacific = grid("EPSG:3832", line - degree, degree, 3 * degree, 2 * degree, 100);
  const auto place = geo::lon_lat_place(pacific, pacific.extent());
  ASSERT_TRUE(place);
  ASSERT_EQ(place->rings.size(), 2U);
  EXPECT_NEAR(place->box[0], 179, 1e-2);
  EXPECT_NEAR(place->box[2], -178, 1e-2);
  EXPECT_NEAR(check(*place), 3 * 2 * 1.0067, 0.01);  // an ellipsoid, whose degrees are shorter here
  // What only reaches it is not across.
  const Grid west = grid("EPSG:3832", line - degree, degree, degree, degree, degree / 1024);
  const auto one = geo::lon_lat_place(west, west.extent());
  ASSERT_EQ(one.value().rings.size(), 1U);
  EXPECT_EQ(one->box[2], 180);
  const Grid east = grid("EPSG:3832", line, degree, degree, degree, degree / 1024);
  const auto other = geo::lon_lat_place(east, east.extent());
  ASSERT_EQ(other.value().rings.size(), 1U);
  EXPECT_EQ(other->box[0], -180);
}

TEST_F(LonLat, UtmZonesReachAcrossToo) {
  struct Zone {
    const char* crs;
    double left, top;
  };
  for (const auto& [crs, left, top] :
       {Zone{"EPSG:32660", 830000, 9000}, Zone{"EPSG:32701", 160000, 9990000}}) {
    const Grid utm = grid(crs, left, top, 10000, 8000, 10);
    const auto place = geo::lon_lat_place(utm, utm.extent());
    ASSERT_EQ(place.value().rings.size(), 2U) << crs;
    EXPECT_GT(place->box[0], 179.9) << crs;
    EXPECT_LT(place->box[2], -179.9) << crs;
    check(*place);
  }
}

TEST_F(LonLat, DegreesBeyond180AreTheSamePlaces) {
  const Grid beyond = grid("EPSG:4326", 170, 10, 20, 5, 0.01);
  const auto place = geo::lon_lat_place(beyond, beyond.extent());
  ASSERT_EQ(place.value().rings.size(), 2U);
  EXPECT_EQ(place->box, (std::array<double, 4>{170, 5, -170, 10}));
  EXPECT_NEAR(check(*place), 100, 1e-6);
  const Grid pacific = grid("EPSG:4326", 190, 10, 20, 5, 0.01);
  EXPECT_EQ(geo::lon_lat_place(pacific, pacific.extent()).value().box,
            (std::array<double, 4>{-170, 5, -150, 10}));
  const Grid world = grid("EPSG:4326", -180, 90, 360, 180, 0.1);
  const auto all = geo::lon_lat_place(world, world.extent());
  ASSERT_EQ(all.value().rings.size(), 1U);
  EXPECT_EQ(all->box, (std::array<double, 4>{-180, -90, 180, 90}));
  const Grid turned = grid("EPSG:4326", 0, 90, 360, 180, 0.1);
  EXPECT_EQ(geo::lon_lat_place(turned, turned.extent()).value().box,
            (std::array<double, 4>{-180, -90, 180, 90}));
}

TEST_F(LonLat, APoleIsSurrounded) {
  const Grid antarctic = grid("EPSG:3031", -1e6, 1e6, 2e6, 2e6, 1000);
  const auto place = geo::lon_lat_place(antarctic, antarctic.extent(), 16);
  ASSERT_TRUE(place);
  check(*place);
  EXPECT_EQ(place->box[0], -180);
  EXPECT_EQ(place->box[1], -90);
  EXPECT_EQ(place->box[2], 180);
  EXPECT_NEAR(place->box[3], -77, 1);
}

TEST_F(LonLat, WithoutACrsThereIsNone) {
  Grid nowhere = grid("EPSG:32633", 0, 0, 10, 10);
  nowhere.crs.clear();
  EXPECT_FALSE(geo::lon_lat_place(nowhere, nowhere.extent()));
}

}  // namespace
}  // namespace terramask::tests
