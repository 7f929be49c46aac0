// The STAC collection: what STAC 1.0.0 and its extensions' schemas ask for (projection 1.1, raster 1.1,
// classification 1.0, item-assets 1.0), checked key by key; and dates.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "region/support.hpp"
#include "region/utc_time.hpp"

namespace terramask::tests {
namespace {

using Json = nlohmann::json;

TEST(UtcTimes, AreOfAnyIsoDate) {
  using region::utc_time;
  EXPECT_EQ(utc_time("2024"), "2024-01-01T00:00:00Z");
  EXPECT_EQ(utc_time("2024-05"), "2024-05-01T00:00:00Z");
  EXPECT_EQ(utc_time("2024-05-17"), "2024-05-17T00:00:00Z");
  EXPECT_EQ(utc_time("2024-05-17 08:30"), "2024-05-17T08:30:00Z");
  EXPECT_EQ(utc_time("2024-05-17T08:30:15.25Z"), "2024-05-17T08:30:15Z");
  EXPECT_EQ(utc_time("2024-05-17T00:30:00+02:00"), "2024-05-16T22:30:00Z");
  EXPECT_EQ(utc_time("2024-12-31T23:30:00-0130"), "2025-01-01T01:00:00Z");
  for (const char* none :
       {"", "May", "17.05.2024", "2024-13-01", "2024-04-31", "2024-05-17T25:00", "20240517"})
    EXPECT_EQ(utc_time(none), "") << none;
}

TEST(UtcTimes, SpansReachToTheLastMomentOfWhatTheyName) {
  const auto ends = [](const std::string& text) {
    const TimeSpan span = parse_time_span(text, "--datetime");
    return span.start + " " + span.end;
  };
  EXPECT_EQ(ends("2024-05-17"), "2024-05-17T00:00:00Z 2024-05-17T00:00:00Z");
  EXPECT_EQ(ends("2023/2024"), "2023-01-01T00:00:00Z 2024-12-31T23:59:59Z");
  EXPECT_EQ(ends("2024-01/2024-02"), "2024-01-01T00:00:00Z 2024-02-29T23:59:59Z");
  EXPECT_EQ(ends("2024-05-17/2024-05-17"), "2024-05-17T00:00:00Z 2024-05-17T23:59:59Z");
  EXPECT_EQ(ends("2024-05-17T08:30:00+02/2024-05-17T08:30:00+00:30"),
            "2024-05-17T06:30:00Z 2024-05-17T08:00:00Z");
  for (const char* wrong :
       {"", "/", "2024/", "/2024", "2024/2023", "2024/2025/2026", "yesterday", "2024-02-30"})
    EXPECT_THROW(parse_time_span(wrong, "--datetime"), Error) << wrong;
}

class RegionStac : public RegionTest {
 protected:
  Json read(const std::string& file) const { return Json::parse(bytes(path(file))); }

  static void expect_time(const Json& time) {
    ASSERT_TRUE(time.is_string());
    EXPECT_TRUE(std::regex_match(time.get<std::string>(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")))
        << time;
  }
  /// Both ends, or neither.
  static void expect_interval(const Json& interval) {
    ASSERT_EQ(interval.size(), 2U);
    EXPECT_EQ(interval[0].is_null(), interval[1].is_null());
    if (interval[0].is_null()) return;
    for (const Json& time : interval) expect_time(time);
    EXPECT_LE(interval[0], interval[1]);
  }
  static void expect_box(const Json& box) {
    ASSERT_EQ(box.size(), 4U);
    for (const Json& one : box) EXPECT_TRUE(one.is_number());
    EXPECT_LT(box[1], box[3]);
    for (const int i : {0, 2}) {
      EXPECT_GE(box[i], -180);
      EXPECT_LE(box[i], 180);
    }
  }
  static void expect_polygon(const Json& rings) {
    ASSERT_EQ(rings.size(), 1U);
    const Json& ring = rings[0];
    ASSERT_GE(ring.size(), 4U);
    EXPECT_EQ(ring.front(), ring.back());
    double twice = 0;
    for (std::size_t i = 1; i < ring.size(); ++i)
      twice += ring[i - 1][0].get<double>() * ring[i][1].get<double>() -
               ring[i][0].get<double>() * ring[i - 1][1].get<double>();
    EXPECT_GT(twice, 0);  // the right-hand rule
  }
  static void expect_extensions(const Json& object, const std::vector<std::string>& names) {
    std::vector<std::string> expected;
    for (const std::string& name : names)
      expected.push_back("https://stac-extensions.github.io/" + name + "/schema.json");
    EXPECT_EQ(object.at("stac_extensions"), Json(expected));
  }
  static void expect_classes(const Json& band) {
    const Json& classes = band.at("classification:classes");
    ASSERT_EQ(classes.size(), 2U);
    for (const Json& one : classes) {
      EXPECT_TRUE(one.at("value").is_number_integer());
      EXPECT_TRUE(one.at("description").is_string());
      EXPECT_TRUE(std::regex_match(one.at("name").get<std::string>(), std::regex("[0-9A-Za-z_-]+")));
      EXPECT_TRUE(std::regex_match(one.at("color-hint").get<std::string>(), std::regex("[0-9A-F]{6}")));
    }
    EXPECT_EQ(classes[1].at("color-hint"), "FFD400");
  }
  static void expect_bands_of_classes(const Json& asset) {
    ASSERT_EQ(asset.at("raster:bands").size(), 2U);
    EXPECT_EQ(asset.at("raster:bands")[0].at("name"), "background");
    EXPECT_EQ(asset.at("raster:bands")[1].at("name"), "road");
  }
  /// Of items' assets and, without links, of the collection's item_assets.
  static void expect_assets(const Json& assets, bool linked) {
    ASSERT_EQ(assets.size(), 2U);
    const Json& mask = assets.at("mask");
    const Json& probabilities = assets.at("probabilities");
    for (const Json& one : {mask, probabilities}) {
      EXPECT_EQ(one.contains("href"), linked);
      EXPECT_FALSE(one.at("title").get<std::string>().empty());
      EXPECT_EQ(one.at("type"), "image/tiff; application=geotiff; profile=cloud-optimized");
      EXPECT_EQ(one.at("roles"), Json::array({"data"}));
      for (const Json& band : one.at("raster:bands")) {
        EXPECT_EQ(band.at("sampling"), "area");
        EXPECT_EQ(band.at("data_type"), "uint8");
        EXPECT_EQ(band.at("nodata"), 255);
      }
    }
    ASSERT_EQ(mask.at("raster:bands").size(), 1U);
    expect_classes(mask.at("raster:bands")[0]);
    EXPECT_EQ(mask.at("raster:bands")[0].at("name"), "mask");
    expect_bands_of_classes(probabilities);
    if (!linked) return;
    EXPECT_EQ(mask.at("raster:bands")[0].at("statistics").at("valid_percent"), 100);
  }
  static Json relation(const Json& links, const std::string& name) {
    for (const Json& one : links)
      if (one.at("rel") == name) return one;
    return {};
  }
  void expect_collection(const Json& json, const std::string& id, std::size_t tiles) const {
    EXPECT_EQ(json.at("type"), "Collection");
    EXPECT_EQ(json.at("stac_version"), "1.0.0");
    EXPECT_EQ(json.at("id"), id);
    EXPECT_FALSE(json.at("description").get<std::string>().empty());
    EXPECT_TRUE(std::regex_match(json.at("license").get<std::string>(), std::regex(R"([\w\-\.\+]+)")));
    expect_extensions(json,
                      {"projection/v1.1.0", "raster/v1.1.0", "classification/v1.0.0", "item-assets/v1.0.0"});
    expect_box(json.at("extent").at("spatial").at("bbox").at(0));
    expect_interval(json.at("extent").at("temporal").at("interval").at(0));
    for (const auto& [key, values] : json.at("summaries").items()) EXPECT_GE(values.size(), 1U) << key;
    expect_assets(json.at("item_assets"), false);
    EXPECT_EQ(relation(json.at("links"), "root").at("href"), "./collection.json");
    std::size_t items = 0;
    for (const Json& link : json.at("links")) {
      EXPECT_TRUE(link.at("href").get<std::string>().starts_with("./")) << link;
      items += link.at("rel") == "item" ? 1U : 0U;
    }
    EXPECT_EQ(items, tiles);
    expect_products(json.at("assets"), id);
  }
  void expect_products(const Json& assets, const std::string& folder) const {
    const std::map<std::string, std::pair<const char*, const char*>> known{
        {"mask", {"application/xml", "data"}},
        {"mask_style", {"application/xml", "metadata"}},
        {"probabilities", {"application/xml", "data"}},
        {"probabilities_style", {"application/xml", "metadata"}},
        {"tiles", {"application/geopackage+sqlite3", "metadata"}},
        {"polygons", {"application/geopackage+sqlite3", "data"}}};
    for (const char* name : {"mask", "probabilities", "tiles"}) EXPECT_TRUE(assets.contains(name)) << name;
    for (const auto& [key, asset] : assets.items()) {
      ASSERT_TRUE(known.contains(key)) << key;
      EXPECT_TRUE(fs::exists(path(folder) + "/" + asset.at("href").get<std::string>())) << key;
      EXPECT_FALSE(asset.at("title").get<std::string>().empty()) << key;
      EXPECT_EQ(asset.at("type"), known.at(key).first) << key;
      EXPECT_EQ(asset.at("roles"), Json::array({known.at(key).second})) << key;
    }
    EXPECT_EQ(assets.at("mask").at("raster:bands")[0].at("name"), "mask");
    expect_bands_of_classes(assets.at("probabilities"));
  }
  void expect_item(const Json& json, const fs::path& file, const std::string& collection, int epsg) const {
    EXPECT_EQ(json.at("type"), "Feature");
    EXPECT_EQ(json.at("stac_version"), "1.0.0");
    EXPECT_EQ(json.at("id"), file.stem().string());
    EXPECT_EQ(json.at("collection"), collection);
    expect_extensions(json, {"projection/v1.1.0", "raster/v1.1.0", "classification/v1.0.0"});
    expect_box(json.at("bbox"));
    const Json& geometry = json.at("geometry");
    if (geometry.at("type") == "Polygon") expect_polygon(geometry.at("coordinates"));
    if (geometry.at("type") == "MultiPolygon")
      for (const Json& polygon : geometry.at("coordinates")) expect_polygon(polygon);
    const Json& properties = json.at("properties");
    if (properties.at("datetime").is_null()) {
      expect_time(properties.at("start_datetime"));
      expect_time(properties.at("end_datetime"));
      EXPECT_LT(properties.at("start_datetime"), properties.at("end_datetime"));
    } else {
      expect_time(properties.at("datetime"));
    }
    EXPECT_EQ(properties.at("proj:epsg"), epsg);
    EXPECT_EQ(properties.at("proj:shape").size(), 2U);
    EXPECT_EQ(properties.at("proj:transform").size(), 6U);
    expect_assets(json.at("assets"), true);
    for (const auto& [key, asset] : json.at("assets").items())
      EXPECT_TRUE(fs::exists(file.parent_path() / asset.at("href").get<std::string>())) << key;
    for (const char* name : {"root", "parent", "collection"})
      EXPECT_TRUE(
          fs::equivalent(file.parent_path() / relation(json.at("links"), name).at("href").get<std::string>(),
                         path(collection) + "/collection.json"))
          << name;
    EXPECT_TRUE(
        relation(json.at("links"), "self").is_null());  // it would be absolute, and the folder may move
  }
  /// All items that the collection leads to.
  std::vector<Json> expect_catalogue(const std::string& out, std::size_t tiles, int epsg) const {
    const Json collection = read(out + "/collection.json");
    expect_collection(collection, out, tiles);
    std::vector<Json> items;
    for (const Json& link : collection.at("links")) {
      if (link.at("rel") != "item") continue;
      const std::string file = out + "/" + link.at("href").get<std::string>();
      items.push_back(read(file));
      expect_item(items.back(), path(file), out, epsg);
    }
    return items;
  }
};

TEST_F(RegionStac, IsAsTheSpecificationSays) {
  raster("west.tif", {.width = 64, .height = 64});
  raster("east.tif", {.width = 64, .height = 64, .x = 500064});
  RegionJob wanted = job({"west.tif", "east.tif"}, linear("m.safetensors"));
  wanted.sources[0].date = "2023-05-01";
  wanted.sources[1].date = "2024-05-01T10:30:00+02:00";
  wanted.probabilities = true;
  run_region(wanted, run("out"), {}, nullptr);
  const std::vector<Json> items = expect_catalogue("out", 2, 32633);
  EXPECT_EQ(items[0].at("properties").at("start_datetime"), "2023-05-01T00:00:00Z");
  EXPECT_EQ(items[0].at("properties").at("end_datetime"), "2024-05-01T08:30:00Z");
  EXPECT_EQ(items[1].at("properties").at("proj:transform"),
            Json::array({1.0, 0.0, 500064.0, 0.0, -1.0, 5000000.0}));
  EXPECT_EQ(items[1].at("geometry").at("type"), "Polygon");
  EXPECT_EQ(items[1].at("assets").at("mask").at("raster:bands")[0].at("spatial_resolution"),
            1.0004);  // UTM's scale
}

TEST_F(RegionStac, IsCutAtThe180thMeridian) {
  // The Mercator of the Pacific: 180 lies at 3339584.72, in the second of three tiles.
  raster("a.tif",
         {.width = 192, .height = 64, .x = 3339584 - 96 * 10, .y = 2000000, .pixel = 10, .crs = "EPSG:3832"});
  RegionJob wanted = job({"a.tif"}, linear("m.safetensors", 10));
  wanted.raster.resample = Resample::never;
  wanted.probabilities = true;
  run_region(wanted, run("out"), {}, nullptr);
  const std::vector<Json> items = expect_catalogue("out", 3, 3832);
  EXPECT_EQ(items[0].at("geometry").at("type"), "Polygon");
  EXPECT_EQ(items[1].at("geometry").at("type"), "MultiPolygon");
  EXPECT_EQ(items[1].at("geometry").at("coordinates").size(), 2U);
  EXPECT_EQ(items[2].at("geometry").at("type"), "Polygon");
  EXPECT_LT(items[0].at("bbox")[0], items[0].at("bbox")[2]);
  EXPECT_GT(items[1].at("bbox")[0], 179.99);
  EXPECT_LT(items[1].at("bbox")[2], -179.99);
  EXPECT_LT(items[2].at("bbox")[2], -179.98);
  const Json box = read("out/collection.json").at("extent").at("spatial").at("bbox")[0];
  EXPECT_GT(box[0], 179.98);
  EXPECT_LT(box[2], -179.98);
}

TEST_F(RegionStac, WhatNothingTellsIsAnOpenInterval) {
  raster("a.tif", {.width = 64, .height = 64});
  RegionJob wanted = job({"a.tif"}, linear("m.safetensors"));
  wanted.probabilities = true;
  const RegionSummary summary = run_region(wanted, run("out"), {}, nullptr);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_THAT(summary.warnings[0], ::testing::HasSubstr("`datetime=START"));
  const Json item = expect_catalogue("out", 1, 32633)[0];
  EXPECT_TRUE(item.at("properties").at("datetime").is_null());
  EXPECT_EQ(item.at("properties").at("start_datetime"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(item.at("properties").at("end_datetime"), "9999-12-31T23:59:59Z");
  EXPECT_EQ(read("out/collection.json").at("extent").at("temporal").at("interval"),
            Json::parse("[[null, null]]"));
  // No tile is of another date: nothing is done again.
  wanted.datetime = "2024-05/2024-06-01T10:00Z";
  wanted.polygons.emplace();
  const RegionSummary dated = run_region(wanted, resumed("out"), {}, nullptr);
  EXPECT_EQ(dated.done, 0U);
  EXPECT_TRUE(dated.warnings.empty());
  const Json later = expect_catalogue("out", 1, 32633)[0];
  EXPECT_EQ(later.at("properties").at("start_datetime"), "2024-05-01T00:00:00Z");
  EXPECT_EQ(later.at("properties").at("end_datetime"), "2024-06-01T10:00:59Z");
  EXPECT_TRUE(read("out/collection.json").at("assets").contains("polygons"));
}

TEST_F(RegionStac, DatesAreRefusedWhereTheyAreNone) {
  raster("a.tif");
  std::ofstream(path("job.json"))
      << R"({"model": "m.safetensors", "sources": [{"path": "a.tif", "date": "May"}]})";
  try {
    read_region_job(path("job.json"));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("sources[0].date: found \"May\""));
  }
}

}  // namespace
}  // namespace terramask::tests
