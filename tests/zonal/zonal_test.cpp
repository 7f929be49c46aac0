// Areas by zone against computations of another kind: every pixel's centre for itself, and PROJ's geodesic
// polygons.
#include "terramask/zonal.hpp"

#include <geodesic.h>
#include <gmock/gmock.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "temporary_folder.hpp"
#include "terramask/gdal.hpp"
#include "terramask/mask_writer.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

constexpr int kWidth = 700, kHeight = 300;
constexpr std::array<double, 6> kPlace{452000, 2, 0, 5412000, 0, -2};

using Ring = std::vector<std::array<double, 2>>;

/// The crossing number of a point (Franklin), in coordinates.
bool inside(const Ring& ring, double x, double y) {
  bool in = false;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
    if ((ring[i][1] > y) != (ring[j][1] > y) &&
        x < (ring[j][0] - ring[i][0]) * (y - ring[i][1]) / (ring[j][1] - ring[i][1]) + ring[i][0])
      in = !in;
  return in;
}

class Zonal : public testing::Test {
 protected:
  Zonal() { configure_gdal(std::uint64_t{64} << 20); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  /// Blobs of three classes and of nodata.
  void write_mask(int epsg = 32633) {
    MaskOptions options;
    options.path = path("mask.tif");
    options.grid.width = kWidth;
    options.grid.height = kHeight;
    options.grid.geotransform = kPlace;
    options.grid.has_geotransform = true;
    if (epsg != 0) options.grid.crs = "EPSG:" + std::to_string(epsg);
    options.classes = {{1, "road", "#ffd400"}, {4, "low vegetation", "#96c850"}, {7, "water", "#3c78c8"}};
    options.overwrite = true;
    const auto writer = MaskWriter::create(options);
    values_.resize(std::size_t{kWidth} * kHeight);
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x) {
        const double wave = std::sin(x * 0.07) + std::sin(y * 0.11 + x * 0.02);
        values_[static_cast<std::size_t>(y * kWidth + x)] = static_cast<std::uint16_t>(wave > 1    ? 255
                                                                                       : wave > 0  ? 7
                                                                                       : wave > -1 ? 4
                                                                                                   : 1);
      }
    writer->write(options.grid.extent(), values_);
    writer->finish({}, nullptr);
  }

  /// @param epsg  0: none
  void write_zones(const std::string& name, const std::vector<std::pair<std::string, Ring>>& zones,
                   int epsg = 32633, int target = 0) {
    OGRSpatialReference crs, there;
    if (epsg != 0) crs.importFromEPSG(epsg);
    crs.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    if (target != 0) there.importFromEPSG(target);
    there.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    const geo::DatasetPtr file(GetGDALDriverManager()->GetDriverByName("GPKG")->Create(
        path(name).c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    OGRLayer* layer = file->CreateLayer("zones",
                                        target != 0 ? &there
                                        : epsg != 0 ? &crs
                                                    : nullptr,
                                        wkbPolygon);
    OGRFieldDefn field("name", OFTString), year("year", OFTInteger);
    layer->CreateField(&field);
    layer->CreateField(&year);
    for (const auto& [id, points] : zones) {
      const OGRFeatureUniquePtr feature(OGRFeature::CreateFeature(layer->GetLayerDefn()));
      feature->SetField(0, id.c_str());
      feature->SetField(1, 1999);
      if (!points.empty()) {
        OGRLinearRing ring;
        for (const auto& [x, y] : points) ring.addPoint(x, y);
        ring.closeRings();
        OGRPolygon polygon;
        polygon.addRing(&ring);
        polygon.assignSpatialReference(&crs);
        if (target != 0) polygon.transformTo(&there);
        feature->SetGeometry(&polygon);
      }
      ASSERT_EQ(layer->CreateFeature(feature.get()), OGRERR_NONE);
    }
  }

  /// Stars of random points, some partly or wholly beside the mask, many over each other.
  static std::vector<std::pair<std::string, Ring>> stars(int count) {
    std::mt19937 random(7);
    const auto unit = [&] { return static_cast<double>(random() % 100003) / 100003; };
    std::vector<std::pair<std::string, Ring>> zones;
    for (int k = 0; k < count; ++k) {
      const double x = kPlace[0] + (unit() * 1.3 - 0.15) * kWidth * 2,
                   y = kPlace[3] - (unit() * 1.3 - 0.15) * kHeight * 2;
      const double radius = 3 + unit() * 300;
      const int points = 3 + static_cast<int>(random() % 30);
      Ring ring;
      for (int i = 0; i < points; ++i) {
        const double angle = (i + 0.3 * unit()) * 6.283185307 / points, far = radius * (0.3 + 0.7 * unit());
        ring.push_back({x + far * std::cos(angle), y + far * std::sin(angle)});
      }
      zones.emplace_back("z" + std::to_string(k), ring);
    }
    return zones;
  }

  ZonalStatistics zonal(const std::string& zones, const std::string& output = {}) {
    ZonalOptions options;
    options.mask = path("mask.tif");
    options.zones = path(zones);
    options.id_field = "name";
    if (!output.empty()) options.output = path(output);
    return zonal_statistics(options, {}, nullptr);
  }

  std::string error(const std::string& zones) {
    try {
      (void)zonal(zones);
    } catch (const Error& failed) {
      return failed.what();
    }
    return "no error";
  }

  tests::TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path();
  std::vector<std::uint16_t> values_;
};

TEST_F(Zonal, CountsAreThoseOfEveryPixelsCentreForItself) {
  write_mask();
  const auto zones = stars(80);
  write_zones("zones.gpkg", zones);
  const ZonalStatistics found = zonal("zones.gpkg");
  ASSERT_EQ(found.zones.size(), zones.size());
  ASSERT_EQ(found.classes.size(), 3U);
  std::uint64_t counted = 0;
  for (std::size_t k = 0; k < zones.size(); ++k) {
    std::map<int, std::uint64_t> expected;
    double all = 0;  // centres beside the mask too
    int left = 1 << 20, right = -left, top = left, bottom = -left;
    for (const auto& [x, y] : zones[k].second) {
      left = std::min(left, static_cast<int>(std::floor((x - kPlace[0]) / 2)));
      right = std::max(right, static_cast<int>(std::ceil((x - kPlace[0]) / 2)));
      top = std::min(top, static_cast<int>(std::floor((kPlace[3] - y) / 2)));
      bottom = std::max(bottom, static_cast<int>(std::ceil((kPlace[3] - y) / 2)));
    }
    for (int y = top; y < bottom; ++y)
      for (int x = left; x < right; ++x) {
        if (!inside(zones[k].second, kPlace[0] + (x + 0.5) * 2, kPlace[3] - (y + 0.5) * 2)) continue;
        ++all;
        if (x >= 0 && y >= 0 && x < kWidth && y < kHeight)
          ++expected[values_[static_cast<std::size_t>(y * kWidth + x)]];
      }
    std::uint64_t here = 0;
    for (const auto& [value, pixels] : expected) here += pixels;
    const ZoneStatistics& zone = found.zones[k];
    EXPECT_EQ(zone.id, zones[k].first);
    EXPECT_EQ(zone.classes[0].pixels, expected[1]) << k;
    EXPECT_EQ(zone.classes[1].pixels, expected[4]) << k;
    EXPECT_EQ(zone.classes[2].pixels, expected[7]) << k;
    EXPECT_EQ(zone.nodata.pixels, expected[255]) << k;
    if (all > 0) {
      EXPECT_NEAR(zone.covered, static_cast<double>(here) / all, 1e-12) << k;
    }
    counted += here;
  }
  EXPECT_GT(counted, values_.size());  // they do overlap
}

TEST_F(Zonal, ZonesInAnotherCrsGiveTheSame) {
  write_mask();
  write_zones("utm.gpkg", stars(40));
  write_zones("degrees.gpkg", stars(40), 32633, 4326);
  const ZonalStatistics here = zonal("utm.gpkg"), there = zonal("degrees.gpkg");
  for (std::size_t k = 0; k < here.zones.size(); ++k)
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(static_cast<double>(there.zones[k].classes[c].pixels),
                  static_cast<double>(here.zones[k].classes[c].pixels), 1)
          << k;
}

TEST_F(Zonal, AreasAreThoseOfTheEllipsoid) {
  write_mask();
  // Columns 100 to 600 and rows 50 to 250.
  const Ring box{{452200, 5411900}, {453200, 5411900}, {453200, 5411500}, {452200, 5411500}};
  write_zones("zones.gpkg", {{"box", box}});
  const ZonalStatistics found = zonal("zones.gpkg");
  ASSERT_TRUE(found.has_areas);
  const ZoneStatistics& zone = found.zones.at(0);
  EXPECT_EQ(zone.classified().pixels + zone.nodata.pixels, 500U * 200U);
  OGRSpatialReference utm, degrees;
  utm.importFromEPSG(32633);
  degrees.importFromEPSG(4326);
  utm.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  degrees.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  const std::unique_ptr<OGRCoordinateTransformation> way(OGRCreateCoordinateTransformation(&utm, &degrees));
  std::vector<double> lat, lon;
  for (std::size_t i = 0; i < box.size(); ++i)
    for (int step = 0; step < 100; ++step) {
      const auto &a = box[i], &b = box[(i + 1) % box.size()];
      double x = std::lerp(a[0], b[0], step / 100.0), y = std::lerp(a[1], b[1], step / 100.0);
      ASSERT_TRUE(way->Transform(1, &x, &y));
      lon.push_back(x);
      lat.push_back(y);
    }
  geod_geodesic ellipsoid;
  geod_init(&ellipsoid, 6378137, 1 / 298.257223563);
  double area = 0, around = 0;
  geod_polygonarea(&ellipsoid, lat.data(), lon.data(), static_cast<int>(lat.size()), &area, &around);
  EXPECT_NEAR(zone.classified().area_m2 + zone.nodata.area_m2, std::abs(area), 1e-5 * std::abs(area));
  EXPECT_GT(std::abs(std::abs(area) - 400000), 100);  // the projection's own square metres are others
}

TEST_F(Zonal, TablesAndGeopackagesHoldWhatWasFound) {
  write_mask();
  // The first lies half beside the mask.
  const Ring half{{451800, 5411800}, {452200, 5411800}, {452200, 5411600}, {451800, 5411600}};
  write_zones("zones.gpkg", {{"half, \"left\"", half}, {"none", {}}});
  const ZonalStatistics found = zonal("zones.gpkg", "out.csv");
  const std::string table = read("out.csv");
  EXPECT_THAT(
      table,
      HasSubstr("name,covered_pct,area_ha,nodata_ha,nodata_pct,road_ha,road_pct,road_px,low_vegetation_ha"));
  EXPECT_THAT(table, HasSubstr("\n\"half, \"\"left\"\"\",50,4.0"));
  EXPECT_THAT(table, HasSubstr("," + std::to_string(found.zones[0].classes[2].pixels) + "\n"));
  double shares = 0;
  (void)zonal("zones.gpkg", "out.gpkg");
  const geo::DatasetPtr file = geo::open_vector(path("out.gpkg"));
  OGRLayer* layer = file->GetLayer(0);
  ASSERT_EQ(layer->GetFeatureCount(), 2);
  const OGRFeatureUniquePtr zone(layer->GetNextFeature());
  EXPECT_EQ(zone->GetFieldAsInteger("year"), 1999);
  EXPECT_NE(zone->GetGeometryRef(), nullptr);
  for (const char* field : {"road_pct", "low_vegetation_pct", "water_pct"})
    shares += zone->GetFieldAsDouble(field);
  EXPECT_NEAR(shares, 100, 1e-3);
  EXPECT_EQ(zone->GetFieldAsInteger64("water_px"), static_cast<GIntBig>(found.zones[0].classes[2].pixels));
  EXPECT_THAT([&] { (void)zonal("zones.gpkg", "out.gpkg"); },
              testing::ThrowsMessage<Error>(HasSubstr("`overwrite`")));
}

TEST_F(Zonal, OddZonesAreToldAndCountedAsTheyAre) {
  write_mask();
  const Ring bow{{452100, 5411900}, {452300, 5411700}, {452300, 5411900}, {452100, 5411700}};
  write_zones("zones.gpkg", {{"bow", bow},
                             {"away", {{900000, 1}, {900001, 1}, {900001, 2}}},
                             {"speck", {{452101.1, 5411900.1}, {452101.2, 5411900.1}, {452101.2, 5411900.2}}},
                             {"none", {}}});
  const ZonalStatistics found = zonal("zones.gpkg");
  EXPECT_THAT(found.warnings, Contains(HasSubstr("cross themselves")));
  EXPECT_THAT(found.warnings, Contains(HasSubstr("miss the mask: 1 (away)")));
  EXPECT_THAT(found.warnings, Contains(HasSubstr("no pixel's centre lies in them: 1 (speck)")));
  EXPECT_THAT(found.warnings, Contains(HasSubstr("have no polygon: 1 (none)")));
  // Two triangles of a quarter of the square each.
  EXPECT_NEAR(static_cast<double>(found.zones[0].classified().pixels + found.zones[0].nodata.pixels), 5000,
              110);
  EXPECT_EQ(found.zones[1].covered, 0);
}

TEST_F(Zonal, AMissingCrsIsToldOrRefused) {
  write_mask();
  write_zones("bare.gpkg", stars(5), 0);
  EXPECT_THAT(zonal("bare.gpkg").warnings,
              Contains(HasSubstr("has no CRS, its coordinates are taken to be in EPSG:32633")));
  write_zones("far.gpkg", {{"far", {{7, 43}, {8, 43}, {8, 44}}}}, 4326);
  EXPECT_THAT(error("far.gpkg"), HasSubstr("no zone meets"));
  write_zones("empty.gpkg", {});
  EXPECT_THAT(error("empty.gpkg"), HasSubstr("holds no polygon"));
  write_mask(0);
  const ZonalStatistics bare = zonal("bare.gpkg", "bare.csv");
  EXPECT_FALSE(bare.has_areas);
  EXPECT_THAT(read("bare.csv"), testing::Not(HasSubstr("_ha")));
  write_zones("utm.gpkg", stars(5));
  EXPECT_THAT(error("utm.gpkg"), HasSubstr("the raster has no CRS; assign the raster's with `crs`"));
}

}  // namespace
}  // namespace terramask
