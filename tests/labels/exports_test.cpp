// Rules for OpenStreetMap on what others have made of it, and files that are no OSM at all.
#include <gdal_priv.h>
#include <ogrsf_frmts.h>

#include "labels/support.hpp"
#include "labels/vector/geofabrik.hpp"
#include "labels/vector/osm_fields.hpp"

namespace terramask::tests {
namespace {

using Row = std::vector<std::pair<std::string, std::string>>;

class Exports : public LabelsTest {
 protected:
  static Json line(double x, Json tags) {
    return {{"type", "LineString"}, {"coordinates", {{x, 2}, {x, 30}}}, {"tags", std::move(tags)}};
  }
  static Json square(double x, double y, double side, Json tags) {
    return {{"type", "Polygon"},
            {"coordinates", {{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}},
            {"tags", std::move(tags)}};
  }
  static Json rule(const std::string& layer, const std::string& where, const Json& width = nullptr) {
    Json made = {{"source", "map"}, {"class", "road"}, {"layer", layer}, {"where", where}};
    if (!width.is_null()) made["buffer"] = {{"width", width}};
    return made;
  }
  Json rules(const std::string& source, std::vector<Json> all) const {
    Json made = simple_rules(source);
    made["rules"] = std::move(all);
    return made;
  }
  static const char* roads() {
    return "highway IN ('primary', 'residential') AND (tunnel IS NULL OR tunnel = 'no') AND covered IS NULL";
  }

  /// Adds a layer of lines at x = 4, 12, 20, ... in EPSG:32633 to a file.
  void add_lines(const std::string& name, const char* driver, const std::string& layer,
                 const std::vector<Row>& rows) const {
    const bool there = std::filesystem::exists(file(name));
    GDALDriver* made_by = GetGDALDriverManager()->GetDriverByName(driver);
    const geo::DatasetPtr out(there ? GDALDataset::Open(file(name).c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE)
                                    : made_by->Create(file(name).c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    ASSERT_NE(out, nullptr);
    OGRSpatialReference crs;
    crs.importFromEPSG(32633);
    OGRLayer* to = out->CreateLayer(layer.c_str(), &crs, wkbLineString, nullptr);
    for (const auto& [field, value] : rows.front()) {
      OGRFieldDefn made(field.c_str(), field == "code" || field == "layer" ? OFTInteger : OFTString);
      ASSERT_EQ(to->CreateField(&made), OGRERR_NONE);
    }
    double x = 500004;
    for (const Row& row : rows) {
      OGRFeature feature(to->GetLayerDefn());
      for (const auto& [field, value] : row) feature.SetField(field.c_str(), value.c_str());
      OGRLineString shape;
      shape.addPoint(x, 4999998);
      shape.addPoint(x, 4999970);
      feature.SetGeometry(&shape);
      ASSERT_EQ(to->CreateFeature(&feature), OGRERR_NONE);
      x += 8;
    }
  }

  void add_table(const std::string& name) const {
    const geo::DatasetPtr out(GDALDataset::Open(file(name).c_str(), GDAL_OF_VECTOR | GDAL_OF_UPDATE));
    OGRLayer* to = out->CreateLayer("layer_styles", nullptr, wkbNone, nullptr);
    OGRFieldDefn field("styleQML", OFTString);
    ASSERT_EQ(to->CreateField(&field), OGRERR_NONE);
    OGRFeature feature(to->GetLayerDefn());
    feature.SetField(0, "<qgis/>");
    ASSERT_EQ(to->CreateFeature(&feature), OGRERR_NONE);
  }
};

TEST_F(Exports, TagsThatNobodyUsedAreNullAndOneLayerHoldsAll) {
  const std::string map =
      geojson(Json::array({line(4, {{"highway", "primary"}}), line(12, {{"highway", "path"}}),
                           square(16, 2, 8, {{"building", "yes"}})}));
  const LabelsSummary summary =
      make(rules(map, {rule("lines", roads(), {"width", "lanes * 3.25", 4}),
                       rule("multipolygons", "building IS NOT NULL AND \"building:part\" IS NULL"),
                       rule("points", "\"natural\" = 'tree'", 4)}),
           image());
  const Raster made = read_raster(file("labels.tif"));
  EXPECT_EQ(made.at(4, 15), 1);
  EXPECT_EQ(made.at(12, 15), 0);
  EXPECT_EQ(made.at(20, 6), 1);
  EXPECT_EQ(summary.rules[0].features, 1U);
  EXPECT_EQ(summary.rules[1].features, 1U);
}

TEST_F(Exports, NamesThatAreNoTagsAndFilesThatAreNotOsmAreStillRefused) {
  const std::string map = geojson(Json::array({line(4, {{"highway", "primary"}})}));
  expect_error([&] { make(rules(map, {rule("lines", "heighway = 'primary'", 4)}), image()); },
               ErrorCode::format, {"rules[0].where", "heighway", "fields of layer"});
  const std::string own = geojson(Json::array({line(4, {{"art", "Strasse"}})}));
  expect_error([&] { make(rules(own, {rule("lines", "highway = 'primary'", 4)}), image()); },
               ErrorCode::mismatch, {"no field of OpenStreetMap", "highway", "its fields are art"});
}

TEST_F(Exports, GeofabriksClassesAreTheTagsTheyStandFor) {
  for (const auto& [name, driver] :
       {std::pair{"gis_osm_roads_free_1.shp", "ESRI Shapefile"}, std::pair{"free.gpkg", "GPKG"}}) {
    add_lines(name, driver, "gis_osm_roads_free_1",
              {{{"osm_id", "1"},
                {"code", "5113"},
                {"fclass", "primary"},
                {"bridge", "F"},
                {"tunnel", "F"},
                {"layer", "0"}},
               {{"osm_id", "2"},
                {"code", "5113"},
                {"fclass", "primary"},
                {"bridge", "F"},
                {"tunnel", "T"},
                {"layer", "-1"}},
               {{"osm_id", "3"},
                {"code", "5122"},
                {"fclass", "residential"},
                {"bridge", "T"},
                {"tunnel", "F"},
                {"layer", "1"}}});
    const Json all = rules(file(name), {rule("lines", roads(), {"lanes * 3.25", 4}),
                                        rule("multipolygons", "building IS NOT NULL")});
    const Raster made = paint(all, image());
    EXPECT_EQ(made.at(4, 15), 1) << name;
    EXPECT_EQ(made.at(12, 15), 0) << name;
    EXPECT_EQ(made.at(20, 15), 1) << name;
  }
  add_lines("free.gpkg", "GPKG", "gis_osm_waterways_free_1",
            {{{"osm_id", "1"}, {"code", "8101"}, {"fclass", "river"}}});
  const Raster rivers = paint(rules(file("free.gpkg"), {rule("lines", "waterway = 'river'", 4)}), image());
  EXPECT_EQ(rivers.at(4, 15), 1);
  EXPECT_EQ(rivers.at(20, 15), 0);
  using labels::geofabrik_tag;
  EXPECT_EQ(geofabrik_tag({1500, "building", "house"}, "building"), "house");
  EXPECT_EQ(geofabrik_tag({1500, "building", ""}, "building"), "yes");
  EXPECT_EQ(geofabrik_tag({7202, "park", ""}, "leisure"), "park");
  EXPECT_EQ(geofabrik_tag({7202, "park", ""}, "landuse"), std::nullopt);
  EXPECT_EQ(geofabrik_tag({5148, "track_grade2", ""}, "highway"), "track");
  EXPECT_EQ(geofabrik_tag({8201, "reservoir", ""}, "natural"), "water");
}

TEST_F(Exports, OtherTagsAreLookedThrough) {
  add_lines(
      "other.gpkg", "GPKG", "lines",
      {{{"osm_id", "1"}, {"highway", "primary"}, {"other_tags", R"("lanes"=>"2","surface"=>"a, \"b\"")"}},
       {{"osm_id", "2"}, {"highway", "primary"}, {"other_tags", R"("name:de"=>"tunnel","tunnel"=>"yes")"}},
       {{"osm_id", "3"}, {"highway", "primary"}, {"other_tags", R"({"lanes": 1, "tunnel": null})"}}});
  const Raster made = paint(rules(file("other.gpkg"), {rule("lines", roads(), {"lanes * 2", 6})}), image());
  const auto across = [&made](int from, int to) {
    int count = 0;
    for (int x = from; x < to; ++x) count += made.at(x, 15);
    return count;
  };
  EXPECT_EQ(across(0, 8), 4);
  EXPECT_EQ(across(8, 16), 0);
  EXPECT_EQ(across(16, 24), 2);
}

TEST_F(Exports, TablesAreNoLayersAndOfSeveralNoneIsGuessed) {
  add_lines("roads.gpkg", "GPKG", "roads", {{{"highway", "primary"}}});
  add_table("roads.gpkg");
  EXPECT_EQ(paint(rules(file("roads.gpkg"), {rule("lines", roads(), 4)}), image()).at(4, 15), 1);
  Json all = simple_rules(file("roads.gpkg"));
  all["rules"][0]["buffer"] = {{"width", 4}};
  EXPECT_EQ(paint(all, image()).at(4, 15), 1);
  add_lines("roads.gpkg", "GPKG", "rails", {{{"railway", "rail"}}});
  expect_error([&] { make(rules(file("roads.gpkg"), {rule("lines", roads(), 4)}), image()); },
               ErrorCode::format, {"rules[0].layer", "several that may be meant", "roads, rails"});
}

TEST_F(Exports, NamesAreFoundInFilters) {
  EXPECT_EQ(labels::names_in("\"building:part\" IS NOT NULL AND name = 'it''s \"x\"' OR lanes>2"),
            (std::set<std::string>{"building:part", "IS", "NOT", "NULL", "AND", "name", "OR", "lanes", "2"}));
}

TEST_F(Exports, TheKeyCrsHoldsWhateverTheFileSays) {
  const std::string metres = geojson(Json::array({square(4, 4, 12, Json::object())}), "");
  Json all = simple_rules(metres);
  all["sources"]["map"]["crs"] = "EPSG:32633";
  const LabelsSummary summary = make(all, image());
  EXPECT_EQ(read_raster(file("labels.tif")).at(8, 8), 1);
  EXPECT_EQ(summary.counts[1].second, 144U);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_NE(summary.warnings[0].find("is taken to be in EPSG:32633, though it says EPSG:4326"),
            std::string::npos)
      << summary.warnings[0];
}

}  // namespace
}  // namespace terramask::tests
