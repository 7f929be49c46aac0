// Patterns, tile indexes and STAC items as lists of rasters.
#include "terramask/source_list.hpp"

#include <gmock/gmock.h>
#include <ogrsf_frmts.h>

#include <fstream>

#include "geo/base/gdal_support.hpp"
#include "geo/read_support.hpp"

namespace terramask::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SourceList : public ReadTest {
 protected:
  void text(const std::string& name, const std::string& content) const {
    std::ofstream(file(name)) << content;
  }
  std::vector<std::string> names(const std::vector<SourceSpec>& specs) const {
    std::vector<std::string> all;
    for (const ListedSource& one : list_sources(specs))
      all.push_back(std::filesystem::path(one.path).filename().string());
    return all;
  }
  SourceSpec spec(const std::string& name, SourceSpec::Kind kind = SourceSpec::Kind::raster) const {
    SourceSpec made;
    made.kind = kind;
    made.path = file(name);
    return made;
  }
};

TEST_F(SourceList, PatternsAreSortedByNameAndEachPathCountsOnce) {
  for (const char* name : {"b.tif", "a.tif", "B.tif", "c.txt"}) text(name, "");
  EXPECT_THAT(names({spec("b.tif"), spec("*.tif")}), ElementsAre("b.tif", "B.tif", "a.tif"));
  EXPECT_THROW(list_sources({spec("*.jp2")}), Error);
}

TEST_F(SourceList, ATileIndexNamesPathsFromItsFolder) {
  text("a.tif", "");
  {
    GDALDriver* driver = GetGDALDriverManager()->GetDriverByName("GPKG");
    geo::DatasetPtr dataset(driver->Create(file("index.gpkg").c_str(), 0, 0, 0, GDT_Unknown, nullptr));
    OGRLayer* layer = dataset->CreateLayer("index", nullptr, wkbPolygon, nullptr);
    for (const char* name : {"location", "day"}) {
      OGRFieldDefn field(name, OFTString);
      layer->CreateField(&field);
    }
    for (const auto& [location, day] : {std::pair{"a.tif", "2024/05/01 10:00:00"}, {"/far/b.tif", ""}}) {
      OGRFeature feature(layer->GetLayerDefn());
      feature.SetField("location", location);
      feature.SetField("day", day);
      ASSERT_EQ(layer->CreateFeature(&feature), OGRERR_NONE);
    }
  }
  SourceSpec index = guess_source(file("index.gpkg"));
  EXPECT_EQ(index.kind, SourceSpec::Kind::tile_index);
  index.date_field = "day";
  EXPECT_THAT(list_sources({index}), ElementsAre(ListedSource{file("a.tif"), "2024-05-01T10:00:00"},
                                                 ListedSource{"/far/b.tif", ""}));
  index.location = "path";
  EXPECT_THROW(list_sources({index}), Error);
}

TEST_F(SourceList, StacItemsNameAnAssetAndADate) {
  const std::string item = R"({"type": "Feature", "stac_version": "1.0.0", "id": "x",
    "properties": {"datetime": "2024-05-01T10:00:00Z"},
    "assets": {"thumbnail": {"href": "x.png", "roles": ["thumbnail"]},
               "visual": {"href": "./x.tif", "roles": ["visual"]},
               "remote": {"href": "https://host/x.tif"}}})";
  text("item.json", item);
  text("items.json", R"({"type": "FeatureCollection", "features": [)" + item + "]}");
  text("collection.json", R"({"type": "Collection", "stac_version": "1.0.0", "id": "c",
    "links": [{"rel": "root", "href": "./collection.json"}, {"rel": "item", "href": "./item.json"}]})");
  text("project.json", R"({"classes": []})");
  const ListedSource expected{file("x.tif"), "2024-05-01T10:00:00Z"};
  for (const char* name : {"item.json", "items.json", "collection.json"}) {
    const SourceSpec guessed = guess_source(file(name));
    EXPECT_EQ(guessed.kind, SourceSpec::Kind::stac) << name;
    EXPECT_THAT(list_sources({guessed}), ElementsAre(expected)) << name;
  }
  EXPECT_EQ(guess_source(file("project.json")).kind, SourceSpec::Kind::raster);
  SourceSpec remote = spec("item.json", SourceSpec::Kind::stac);
  remote.asset = "remote";
  EXPECT_EQ(list_sources({remote})[0].path, "/vsicurl/https://host/x.tif");
  remote.asset = "infrared";
  try {
    list_sources({remote});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("has no asset \"infrared\""));
  }
}

}  // namespace
}  // namespace terramask::tests
