// The files as others read them: through GDAL, against each other.
#include <gtest/gtest.h>
#include <ogr_spatialref.h>
#include <ogrsf_frmts.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"
#include "scene/geometry.hpp"
#include "temporary_folder.hpp"
#include "terramask/scene.hpp"

namespace terramask {
namespace {

using tests::TemporaryFolder;

using scene::Line;
using scene::Point;

constexpr int side = 400;

struct Feature {
  Line line;
  std::map<std::string, std::string> fields;
};

std::map<std::string, std::string> fields_of(OGRFeature& feature) {
  std::map<std::string, std::string> fields;
  for (int i = 0; i < feature.GetFieldCount(); ++i)
    if (feature.IsFieldSetAndNotNull(i))
      fields[feature.GetFieldDefnRef(i)->GetNameRef()] = feature.GetFieldAsString(i);
  return fields;
}

Line points_of(const OGRGeometry& geometry) {
  const OGRSimpleCurve* curve = nullptr;
  switch (wkbFlatten(geometry.getGeometryType())) {
    case wkbPolygon:
      curve = geometry.toPolygon()->getExteriorRing();
      break;
    case wkbMultiPolygon:
      curve = geometry.toMultiPolygon()->getGeometryRef(0)->getExteriorRing();
      break;
    default:
      curve = geometry.toLineString();
      break;
  }
  Line line;
  for (int i = 0; i < curve->getNumPoints(); ++i) line.push_back({curve->getX(i), curve->getY(i)});
  return line;
}

class SceneFiles : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    options_.folder = *folder_ / "town";
    options_.seed = 7;
    options_.width = side;
    options_.height = side;
    generate_scene(options_);
  }
  static void TearDownTestSuite() { delete folder_; }

  static std::string path(const std::string& name) { return options_.folder + "/" + name; }

  static std::vector<std::uint8_t> labels() {
    const geo::DatasetPtr file = geo::open_raster(path("labels.tif"));
    std::vector<std::uint8_t> values(side * side);
    EXPECT_EQ(file->RasterIO(GF_Read, 0, 0, side, side, values.data(), side, side, GDT_Byte, 1, nullptr, 0, 0,
                             0, nullptr),
              CE_None);
    return values;
  }

  static std::vector<Feature> layer(const char* name) {
    const geo::DatasetPtr file = geo::open_vector(path("map.gpkg"));
    std::vector<Feature> features;
    for (const OGRFeatureUniquePtr& feature : *file->GetLayerByName(name))
      features.push_back({points_of(*feature->GetGeometryRef()), fields_of(*feature)});
    return features;
  }

  /// Ground coordinates of a pixel's centre.
  static Point centre(int column, int row) {
    return {options_.origin_x + (column + 0.5) * options_.pixel_size_m,
            options_.origin_y - (row + 0.5) * options_.pixel_size_m};
  }

  inline static TemporaryFolder* folder_ = nullptr;
  inline static SceneOptions options_;
};

TEST_F(SceneFiles, RastersShareOneGrid) {
  for (const char* name : {"ortho.tif", "dsm.tif", "dtm.tif", "labels.tif"}) {
    const geo::DatasetPtr file = geo::open_raster(path(name));
    EXPECT_EQ(file->GetRasterXSize(), side) << name;
    EXPECT_EQ(file->GetRasterYSize(), side) << name;
    std::array<double, 6> transform{};
    ASSERT_EQ(file->GetGeoTransform(transform.data()), CE_None);
    EXPECT_EQ(transform, (std::array<double, 6>{options_.origin_x, 0.5, 0, options_.origin_y, 0, -0.5}))
        << name;
    ASSERT_NE(file->GetSpatialRef(), nullptr);
    EXPECT_STREQ(file->GetSpatialRef()->GetAuthorityCode(nullptr), "32633") << name;
    EXPECT_STREQ(file->GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE") << name;
  }
  const geo::DatasetPtr ortho = geo::open_raster(path("ortho.tif"));
  EXPECT_EQ(ortho->GetRasterBand(1)->GetColorInterpretation(), GCI_RedBand);
  EXPECT_EQ(ortho->GetRasterBand(3)->GetColorInterpretation(), GCI_BlueBand);
  EXPECT_EQ(geo::open_raster(path("dsm.tif"))->GetRasterBand(1)->GetNoDataValue(), -9999);
  const geo::DatasetPtr labelled = geo::open_raster(path("labels.tif"));
  const std::vector<ClassInfo> classes = geo::read_classes(*labelled);
  ASSERT_EQ(classes.size(), 6U);
  EXPECT_EQ(classes[4].name, "low vegetation");
  char** names =
      labelled->GetRasterBand(1)->GetCategoryNames();  // after the metadata: GDAL reads the sidecar with it
  ASSERT_NE(names, nullptr);
  EXPECT_STREQ(names[4], "low vegetation");
  EXPECT_EQ(labelled->GetRasterBand(1)->GetColorTable()->GetColorEntry(1)->c1, 255);
}

TEST_F(SceneFiles, BuildingLabelsAreTheBuildingPolygons) {
  const std::vector<std::uint8_t> values = labels();
  std::vector<std::uint8_t> expected(values.size());
  const std::vector<Feature> buildings = layer("buildings");
  ASSERT_GT(buildings.size(), 15U);
  for (int row = 0; row < side; ++row)
    for (int column = 0; column < side; ++column)
      for (const Feature& building : buildings)
        if (scene::bounds(building.line).contains(centre(column, row)) &&
            scene::contains(building.line, centre(column, row)))
          expected[static_cast<std::size_t>(row * side + column)] = 2;
  int different = 0;
  for (std::size_t i = 0; i < values.size(); ++i) different += (values[i] == 2) != (expected[i] == 2);
  EXPECT_EQ(different, 0);
}

TEST_F(SceneFiles, RoadAndWaterLabelsAreTheMapUnderTheTrees) {
  const std::vector<std::uint8_t> values = labels();
  const std::vector<Feature> roads = layer("roads"), waters = layer("water");
  ASSERT_FALSE(roads.empty());
  ASSERT_FALSE(waters.empty());
  std::map<int, int> on_roads, on_water;
  int outside = 0;
  for (int row = 0; row < side; ++row)
    for (int column = 0; column < side; ++column) {
      const Point at = centre(column, row);
      const int value = values[static_cast<std::size_t>(row * side + column)];
      double margin = -1;
      for (const Feature& road : roads) {
        const double half = std::stod(road.fields.at("width_m")) / 2;
        if (!scene::bounds(road.line).grown(half).contains(at)) continue;
        for (std::size_t i = 0; i + 1 < road.line.size(); ++i)
          margin =
              std::max(margin, half - scene::nearest_on_segment(road.line[i], road.line[i + 1], at).distance);
      }
      bool wet = false;
      for (const Feature& water : waters) wet = wet || scene::contains(water.line, at);
      if (margin > 1e-6) ++on_roads[value];
      if (margin < -1e-6 && value == 1) ++outside;
      if (wet && margin < -1e-6) ++on_water[value];
      if (!wet && value == 5) ++outside;
    }
  EXPECT_EQ(outside, 0);
  for (const auto& [value, count] : on_roads) EXPECT_TRUE(value == 1 || value == 3) << value << ": " << count;
  for (const auto& [value, count] : on_water) EXPECT_TRUE(value == 5 || value == 3) << value << ": " << count;
  EXPECT_GT(on_roads[1], 10 * on_roads[3]);
  EXPECT_GT(on_water[5], 5 * on_water[3]);
}

TEST_F(SceneFiles, OpenStreetMapFileTellsTheSameMap) {
  OGRSpatialReference degrees, metres;
  degrees.importFromEPSG(4326);
  degrees.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  metres.importFromEPSG(32633);
  metres.SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
  struct Free {
    void operator()(OGRCoordinateTransformation* t) const { OGRCoordinateTransformation::DestroyCT(t); }
  };
  const std::unique_ptr<OGRCoordinateTransformation, Free> transform(
      OGRCreateCoordinateTransformation(&degrees, &metres));

  std::map<std::string, std::map<int, Feature>>
      by_layer;  // in the order of way numbers, as in the GeoPackage
  const geo::DatasetPtr file = geo::open_vector(path("map.osm"));
  OGRLayer* from = nullptr;
  for (OGRFeatureUniquePtr feature(file->GetNextFeature(&from, nullptr, nullptr, nullptr));
       feature != nullptr; feature.reset(file->GetNextFeature(&from, nullptr, nullptr, nullptr))) {
    Feature found{{}, fields_of(*feature)};
    const auto has = [&](const char* key) { return found.fields.count(key) == 1; };
    const char* layer_name =
        has("highway")    ? "roads"
        : has("building") ? "buildings"
        : has("landuse") || has("leisure")
            ? (found.fields["landuse"] == "residential" || found.fields["landuse"] == "commercial"
                   ? "landuse"
                   : "vegetation")
        : has("natural") ? "water"
                         : "tree_rows";
    if (std::string(from->GetName()) == "points") continue;
    feature->GetGeometryRef()->transform(transform.get());
    found.line = points_of(*feature->GetGeometryRef());
    const std::string number = has("osm_way_id") ? found.fields["osm_way_id"] : found.fields["osm_id"];
    by_layer[layer_name][std::stoi(number)] = std::move(found);
  }
  for (const char* name : {"roads", "buildings", "water", "vegetation", "tree_rows", "landuse"}) {
    const std::vector<Feature> expected = layer(name);
    ASSERT_EQ(by_layer[name].size(), expected.size()) << name;
    std::size_t next = 0;
    for (const auto& [number, way] : by_layer[name]) {
      const Feature& other = expected[next++];
      ASSERT_EQ(way.line.size(), other.line.size()) << name << " " << number;
      // A ring may begin elsewhere and run the other way.
      for (const Point& p : way.line) {
        double nearest = 1e9;
        for (const Point& q : other.line) nearest = std::min(nearest, scene::length(p - q));
        ASSERT_LT(nearest, 0.01) << name << " " << number;
      }
      if (std::string(name) == "roads") {
        EXPECT_EQ(way.fields.at("highway"), other.fields.at("highway"));
        EXPECT_NE(way.fields.at("other_tags").find("\"width\"=>\""), std::string::npos);
        EXPECT_NE(way.fields.at("other_tags").find("\"lanes\"=>\"" + other.fields.at("lanes") + "\""),
                  std::string::npos);
      }
    }
  }
  EXPECT_GT(by_layer["roads"].size(), 8U);
}

TEST_F(SceneFiles, StreetsThatMeetShareANode) {
  std::map<std::pair<double, double>, int> ends;
  for (const Feature& road : layer("roads")) {
    ++ends[{road.line.front().x, road.line.front().y}];
    ++ends[{road.line.back().x, road.line.back().y}];
  }
  int junctions = 0;
  for (const auto& [place, count] : ends) junctions += count >= 3;
  EXPECT_GE(junctions, 2);
}

}  // namespace
}  // namespace terramask
