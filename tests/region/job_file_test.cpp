// Job files: every key of the schema is read, and what is wrong is named by its key.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "region/support.hpp"

namespace terramask::tests {
namespace {

using OrderedJson = nlohmann::ordered_json;
using ::testing::HasSubstr;

class JobFiles : public RegionTest {
 protected:
  RegionJob read(const OrderedJson& json) const {
    std::ofstream(path("job.json")) << json.dump();
    return read_region_job(path("job.json"));
  }
  std::string refusal(const OrderedJson& json) const {
    try {
      read(json);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::format) << error.what();
      return error.what();
    }
    return "nothing was refused";
  }
  static OrderedJson whole() {
    return OrderedJson::parse(R"({
      "$schema": "job.schema.json", "model": "m.safetensors",
      "sources": ["a/*.tif", {"path": "b.tif", "date": "2024-05-01", "recursive": true}, "xyz:map",
                  {"tile_index": "i.gpkg", "layer": "l", "location": "f", "date_field": "d"},
                  {"stac": "s.json", "asset": "visual"}],
      "priority": "newest", "datetime": "2024-05-01/2024-05-03",
      "raster": {"stack": ["n.tif"], "bands": ["1-3"], "resample": "never", "crs": "EPSG:32633", "nodata": "0",
                 "nodata_rule": "all", "alpha": "none", "ndsm": {"dsm": "s.tif", "dtm": "t.tif"}},
      "region": {"bounds": [1, 2, 3, 4], "bounds_crs": "EPSG:4326", "polygons": "p.gpkg"},
      "grid": {"crs": "EPSG:3857", "pixel_size": 0.5, "origin": [10, 20], "tile": 512},
      "products": {"probabilities": "float32", "polygons": {"simplify": "1px", "min_area": "20"},
                   "zones": {"path": "z.gpkg", "layer": "communes", "id": "name"}}, "threshold": 0.4,
     "background_transparent": false, "creation_options": ["COMPRESS=ZSTD"]})");
  }
};

TEST_F(JobFiles, EveryKeyIsRead) {
  const RegionJob job = read(whole());
  EXPECT_EQ(job.model, path("m.safetensors"));
  ASSERT_EQ(job.sources.size(), 5U);
  EXPECT_EQ(job.sources[0].path, path("a/*.tif"));
  EXPECT_EQ(job.sources[1].date, "2024-05-01");
  EXPECT_TRUE(job.sources[1].recursive);
  EXPECT_EQ(job.sources[2].path, "xyz:" + path("map"));
  EXPECT_EQ(job.sources[3].kind, SourceSpec::Kind::tile_index);
  EXPECT_EQ(job.sources[3].date_field, "d");
  EXPECT_EQ(job.sources[4].asset, "visual");
  EXPECT_EQ(job.priority, SourcePriority::newest);
  EXPECT_EQ(job.datetime, "2024-05-01/2024-05-03");
  EXPECT_EQ(job.raster.paths, std::vector<std::string>{path("n.tif")});
  EXPECT_EQ(job.raster.resample, Resample::never);
  EXPECT_EQ(job.raster.nodata_rule, NodataRule::all);
  EXPECT_TRUE(job.raster.no_alpha);
  EXPECT_EQ(job.raster.ndsm.at(0).dtm, path("t.tif"));
  EXPECT_EQ((*job.bounds)[3], 4);
  EXPECT_EQ(job.cutline, path("p.gpkg"));
  EXPECT_EQ(job.pixel_size, 0.5);
  EXPECT_EQ((*job.origin)[1], 20);
  EXPECT_EQ(job.tile, 512);
  EXPECT_TRUE(job.probabilities);
  EXPECT_EQ(job.probability_type, ProbabilityType::float32);
  EXPECT_EQ(job.threshold, 0.4);
  EXPECT_EQ(job.background_transparent, false);
  EXPECT_EQ(job.polygons.value().min_area.value, 20);
  EXPECT_EQ(job.zones.value().path, path("z.gpkg"));
  EXPECT_EQ(job.zones->layer, "communes");
  EXPECT_EQ(job.zones->id_field, "name");
}

TEST_F(JobFiles, AJobIsWrittenAsItIsRead) {
  const RegionJob job = read(whole());
  fs::create_directory(path("jobs"));
  const std::string file = path("jobs/same.json");
  const std::string text = region_job_text(job, file);
  OrderedJson expected = whole();
  expected.erase("$schema");
  // What is absolute stays so.
  const auto absolute = [&](const char* pointer) {
    OrderedJson& value = expected[OrderedJson::json_pointer(pointer)];
    value = path(value.get<std::string>());
  };
  for (const char* pointer : {"/model", "/sources/0", "/sources/1/path", "/sources/3/tile_index",
                              "/sources/4/stac", "/raster/stack/0", "/raster/ndsm/dsm", "/raster/ndsm/dtm",
                              "/region/polygons", "/products/zones/path"})
    absolute(pointer);
  expected["sources"][2] = "xyz:" + path("map");
  EXPECT_EQ(nlohmann::json::parse(text), nlohmann::json(expected));
  std::ofstream(file) << text;
  EXPECT_EQ(region_job_text(read_region_job(file), path("jobs/again.json")), text);
}

TEST_F(JobFiles, ARelativePathIsWrittenAsTheFileSeesIt) {
  const fs::path before = fs::current_path();
  fs::create_directories(path("jobs/deep"));
  fs::create_directory_symlink(path("jobs/deep"), path("link"));
  fs::current_path(path("jobs"));
  RegionJob job;
  job.model = "m.safetensors";
  job.sources = {{.path = "../in/*.tif"},
                 {.path = "@list.txt"},
                 {.path = "xyz:map"},
                 {.path = "/vsicurl/http://a/b.tif"},
                 {.path = "NETCDF:a.nc:x"}};
  const auto sources = [&](const char* file) {
    return OrderedJson::parse(region_job_text(job, file)).at("sources").get<std::vector<std::string>>();
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(sources("a.json"),
            (Texts{"../in/*.tif", "@list.txt", "xyz:map", "/vsicurl/http://a/b.tif", "NETCDF:a.nc:x"}));
  EXPECT_EQ(sources("deep/a.json"), (Texts{"../../in/*.tif", "@../list.txt", "xyz:../map",
                                           "/vsicurl/http://a/b.tif", "NETCDF:a.nc:x"}));
  // Through a link ".." leads elsewhere.
  EXPECT_EQ(sources("../link/a.json")[0], path("in/*.tif"));
  fs::current_path(before);
}

TEST_F(JobFiles, WhatIsWrongIsNamedByItsKey) {
  const std::vector<std::pair<const char*, OrderedJson>> wrong{{"/model", 3},
                                                               {"/sources", OrderedJson::array()},
                                                               {"/priority", "best"},
                                                               {"/datetime", "May"},
                                                               {"/raster/resample", 1},
                                                               {"/region/bounds", {1, 2, 3}},
                                                               {"/grid/tile", 3},
                                                               {"/grid/pixel_size", 0},
                                                               {"/products/probabilities", "all"},
                                                               {"/threshold", 1},
                                                               {"/background_transparent", "yes"},
                                                               {"/raster/bands", "1"},
                                                               {"/region/colour", "red"},
                                                               {"/sources/1/day", "x"},
                                                               {"/products/polygons/simplify", "far"},
                                                               {"/products/zones/path", 1},
                                                               {"/grid/origin", "0,0"}};
  for (const auto& [pointer, value] : wrong) {
    OrderedJson json = whole();
    json[OrderedJson::json_pointer(pointer)] = value;
    std::string key = std::string(pointer).substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    if (key.starts_with("sources.1")) key = "sources[1].day";
    EXPECT_THAT(refusal(json), HasSubstr(key)) << pointer;
  }
  OrderedJson json = whole();
  json.erase("model");
  EXPECT_THAT(refusal(json), HasSubstr("model: missing"));
}

/// Every "properties" of the schema, and the same of what the test reads.
void collect(const OrderedJson& schema, const std::string& place, std::set<std::string>& keys) {
  if (schema.contains("properties"))
    for (const auto& [key, value] : schema["properties"].items()) {
      keys.insert(place + key);
      collect(value, place + key + ".", keys);
    }
  for (const char* choice : {"anyOf", "items"})
    if (schema.contains(choice)) {
      const OrderedJson& inner = schema[choice];
      if (inner.is_array())
        for (const OrderedJson& one : inner) collect(one, place, keys);
      else
        collect(inner, place, keys);
    }
}

void collect_values(const OrderedJson& value, const std::string& place, std::set<std::string>& keys) {
  if (value.is_array())
    for (const OrderedJson& one : value) collect_values(one, place, keys);
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items()) {
    keys.insert(place + key);
    collect_values(inner, place + key + ".", keys);
  }
}

TEST_F(JobFiles, TheSchemaHasTheKeysThatAreRead) {
  std::ifstream file(fs::path(TERRAMASK_SOURCE_DIR) / "schemas" / "job.schema.json");
  std::set<std::string> told, read_here;
  collect(OrderedJson::parse(file), "", told);
  collect_values(whole(), "", read_here);
  EXPECT_EQ(told, read_here);
}

}  // namespace
}  // namespace terramask::tests
