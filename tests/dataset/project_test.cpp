#include "dataset/project.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "dataset/support.hpp"

namespace terramask::tests {
namespace {

using Json = nlohmann::json;

class ProjectTest : public ReadTest {
 protected:
  /// A sound project, as text.
  static Json sound() {
    return Json::parse(R"({
      "version": 1, "pixel_size_m": 0.5, "nodata_rule": "any",
      "images": [{"id": "a", "group": "city",
                  "stack": [{"path": "a.tif", "bands": ["red", {"name": "nir", "band": 4}], "nodata": -9999, "alpha": "none"},
                            {"ndsm": {"dsm": "s.tif", "dtm": "t.tif"}}],
                  "labels": {"path": "l.tif", "map": {"1": "road", "2-9": "background"}, "ignore": [255]}},
                 {"id": "b", "stack": [{"path": "/elsewhere/b.tif"}], "crs": "EPSG:25832", "pixel_size_m": 0.2,
                  "labels": {"path": "l.tif"}}],
      "classes": [{"value": 0, "name": "background", "color": "#000000"},
                  {"value": 1, "name": "road", "color": "#ffd400"}],
      "allow_missing": ["road"],
      "split": {"method": "blocks", "block_m": 128, "fractions": [0.5, 0.25, 0.25], "seed": 7},
      "network": {"architecture": "fcn", "width": 8, "fc": 64, "skips": 1, "dropout": 0.5},
      "training": {"patch": 128, "class_weights": [1, 2.5],
                   "label_noise": {"background": "background", "omission": {"road": 0.3}}, "augment": {"flip": true, "rotation": 20}}})");
  }
  std::string write(const Json& json) const {
    write_text(file("project.json"), json.dump());
    return file("project.json");
  }
};

TEST_F(ProjectTest, ReadsWhatAFileSays) {
  const Project project = read_project(write(sound()));
  ASSERT_EQ(project.images.size(), 2U);
  EXPECT_EQ(project.pixel_size_m, 0.5);
  EXPECT_EQ(project.nodata_rule, NodataRule::any);
  const ProjectImage& image = project.images[0];
  EXPECT_EQ(image.group, "city");
  ASSERT_EQ(image.stack.size(), 2U);
  EXPECT_EQ(
      std::get<RasterMember>(image.stack[0]),
      (RasterMember{
          .path = file("a.tif"), .bands = {{"red", 0}, {"nir", 4}}, .nodata = "-9999", .alpha = "none"}));
  EXPECT_EQ(std::get<NdsmMember>(image.stack[1]), (NdsmMember{file("s.tif"), file("t.tif")}));
  EXPECT_EQ(image.labels.map, (std::map<std::string, std::string>{{"1", "road"}, {"2-9", "background"}}));
  EXPECT_EQ(image.labels.ignore, std::vector<int>{255});
  EXPECT_EQ(std::get<RasterMember>(project.images[1].stack[0]).path, "/elsewhere/b.tif");
  EXPECT_EQ(project.network.architecture, "fcn");
  EXPECT_EQ(project.training.class_weighting, ClassWeighting::list);
  EXPECT_TRUE(project.training.augment.flip);
  EXPECT_EQ(project.training.label_noise.omission, (std::map<std::string, double>{{"road", 0.3}}));
  EXPECT_EQ(project.training.batch, TrainingKeys{}.batch);
}

TEST_F(ProjectTest, WrittenItReadsAsTheSame) {
  const Project project = read_project(write(sound()));
  write_project(file("again.json"), project, false);
  EXPECT_EQ(read_project(file("again.json")), project);
  std::filesystem::create_directories(folder / "elsewhere");
  write_project(file("elsewhere/moved.json"), project, false);
  EXPECT_EQ(read_project(file("elsewhere/moved.json")), project);
  EXPECT_THAT(Json::parse(std::ifstream(file("again.json")))["images"][0]["stack"][0]["path"], "a.tif");
  expect_error([&] { write_project(file("again.json"), project, false); }, ErrorCode::exists, {"again.json"});
}

struct BadKey {
  std::string pointer;  ///< RFC 6901
  Json value;
  std::vector<std::string> words;
};

TEST_F(ProjectTest, NamesTheKeyThatIsWrong) {
  const std::vector<BadKey> cases{
      {"/colour", 1, {"colour: unknown key", "images"}},
      {"/images/1/labels/mop", 1, {"images[1].labels.mop: unknown key", "map"}},
      {"/training/augment/rotate", 1, {"training.augment.rotate: unknown key"}},
      {"/images/0/stack/1/ndsm/dem", "x", {"images[0].stack[1].ndsm.dem: unknown key"}},
      {"/version", 2, {"version: found 2", "give 1"}},
      {"/pixel_size_m", -1, {"pixel_size_m: found -1", "above 0"}},
      {"/images", Json::array(), {"images: found []", "one or more"}},
      {"/images/0/id", 5, {"images[0].id: found 5", "text"}},
      {"/images/1/id", "a", {"images[1].id", "\"a\" too"}},
      {"/images/1/part", "train", {"images[1].part: found \"train\"", "training"}},
      {"/images/0/stack/0/bands", "red", {"images[0].stack[0].bands: found \"red\""}},
      {"/images/0/stack/0/bands/1", 0, {"images[0].stack[0].bands[1]: found 0"}},
      {"/images/0/stack/0/nodata", "any", {"images[0].stack[0].nodata: found \"any\""}},
      {"/images/0/stack/0/alpha", "no", {"images[0].stack[0].alpha: found \"no\"", "none"}},
      {"/nodata_rule", "some", {"nodata_rule: found \"some\"", "auto, any, all"}},
      {"/images/0/labels/map", Json::array(), {"images[0].labels.map: found []"}},
      {"/images/0/labels/map/x", "road", {"images[0].labels.map: found \"x\"", "range"}},
      {"/images/0/labels/map/7", "road", {"images[0].labels", "\"7\"", "\"2-9\"", "both"}},
      {"/images/0/labels/map/30", "street", {"images[0].labels.map.30", "street"}},
      {"/images/0/labels/ignore", Json::array({1}), {"images[0].labels", "both"}},
      {"/images/0/labels/ignore", Json::array({-1}), {"images[0].labels.ignore[0]: found -1"}},
      {"/classes/1/value", 0, {"classes[1].value", "another class"}},
      {"/classes/1/color", "red", {"classes[1].color", "#rrggbb"}},
      {"/classes/1/value", 65535, {"classes[1].value: found 65535", "65534"}},
      {"/allow_missing", Json::array({"sea"}), {"allow_missing", "sea"}},
      {"/split/fractions", Json::array({0.5, 0.2, 0.2}), {"split.fractions", "add up to 1"}},
      {"/split/block_m", 0, {"split.block_m: found 0"}},
      {"/network/architecture", "resnet", {"network.architecture", "unet, segnet, fcn, linear"}},
      {"/network/dropout", 1.5, {"network.dropout: found 1.5"}},
      {"/training/patch", 16.5, {"training.patch: found 16.5", "whole number"}},
      {"/training/class_weights", Json::array({1}), {"training.class_weights", "1 weights for 2 classes"}},
      {"/training/label_noise/omission", {{"road", 1.0}}, {"training.label_noise.omission.road: found 1.0"}},
      {"/training/label_noise/omission", {{"rail", 0.5}}, {"training.label_noise.omission", "rail"}},
      {"/training/label_noise/commission", {{"background", 0.5}}, {"training.label_noise.commission"}},
      {"/training/label_noise/commission", {{"road", 0.75}}, {"training.label_noise", "add up to 1.05"}},
      {"/training/label_noise/background", "sea", {"training.label_noise.background", "sea"}},
      {"/training/augment/flip", 1, {"training.augment.flip: found 1", "true or false"}},
      {"/training/seed", -3, {"training.seed: found -3"}},
  };
  for (const BadKey& one : cases) {
    SCOPED_TRACE(one.pointer + " = " + one.value.dump());
    Json json = sound();
    json[Json::json_pointer(one.pointer)] = one.value;
    std::vector<std::string> words = one.words;
    words.push_back("project.json: ");
    expect_error([&] { read_project(write(json)); }, ErrorCode::format, words);
  }
  for (const std::string key : {"/version", "/images", "/classes", "/images/0/id", "/images/0/labels/path",
                                "/images/0/stack/0/path", "/images/0/stack/1/ndsm/dtm", "/classes/0/name"}) {
    SCOPED_TRACE(key);
    const Json::json_pointer pointer(key);
    Json json = sound();
    json[pointer.parent_pointer()].erase(pointer.back());
    expect_error([&] { read_project(write(json)); }, ErrorCode::format, {pointer.back() + ": missing"});
  }
}

TEST_F(ProjectTest, SaysWhatIsNoProject) {
  expect_error([&] { read_project(file("none.json")); }, ErrorCode::not_found, {"none.json"});
  write_text(file("broken.json"), "{\"version\": 1,\n \"images\" [");
  expect_error([&] { read_project(file("broken.json")); }, ErrorCode::format, {"broken.json", "line 2"});
  write_text(file("list.json"), "[1]");
  expect_error([&] { read_project(file("list.json")); }, ErrorCode::format, {"list.json"});
}

TEST_F(ProjectTest, KeysGivenAsOptionsCountInsteadOfTheFiles) {
  const std::string path = write(sound());
  const Project set = read_project(path, {{"--loss", "training.loss", "dice"},
                                          {"--set", "training.augment.blur", "1.5"},
                                          {"--set", "images[0].labels.ignore", "[200]"},
                                          {"--class-weights", "training.class_weights", "tempered"}});
  EXPECT_EQ(set.training.loss, learn::Loss::dice);
  EXPECT_EQ(set.training.augment.blur, 1.5);
  EXPECT_EQ(set.images[0].labels.ignore, std::vector<int>{200});
  EXPECT_EQ(set.training.class_weighting, ClassWeighting::tempered);
  // What is written holds them.
  write_project(file("set.json"),
                with_settings(read_project(path), file("set.json"), {{"--width", "network.width", "24"}}),
                false);
  EXPECT_EQ(read_project(file("set.json")).network.whole("width"), 24);
  const auto refused = [&](const keys::Setting& setting, const std::vector<std::string>& parts) {
    expect_error([&] { read_project(path, {setting}); }, ErrorCode::usage, parts);
  };
  refused({"--loss", "training.loss", "dise"}, {"--loss: training.loss: found \"dise\"", "cross_entropy"});
  refused({"--width", "network.width", "0"}, {"--width: network.width: found 0"});
  refused({"--set", "training.los", "1"}, {"--set: training.los: unknown key"});
  refused({"--set", "images[9].id", "x"}, {"--set", "images[9] is not there"});
  refused({"--set", "training..x", "1"}, {"--set", "no key of a project"});
  refused({"--set", "training.gamma", "2"}, {"--set: training.gamma: found 2"});
  refused({"--class-weights", "training.class_weights", "[1]"}, {"--class-weights", "1 weights for"});
}

/// Paths of all keys a schema allows.
void collect(const Json& schema, const std::string& prefix, std::set<std::string>& keys) {
  if (schema.contains("properties")) {
    EXPECT_EQ(schema.value("additionalProperties", true), false) << prefix << " allows other keys";
    for (const auto& [key, value] : schema["properties"].items()) {
      keys.insert(prefix + key);
      collect(value, prefix + key + ".", keys);
      if (value.contains("items")) {
        const std::string inner = prefix + key + "[].";
        collect(value["items"], inner, keys);
        if (value["items"].contains("oneOf"))
          for (const Json& form : value["items"]["oneOf"]) collect(form, inner, keys);
      }
    }
  }
}

TEST_F(ProjectTest, TheSchemaKnowsTheKeysOfTheReader) {
  const Json schema =
      Json::parse(std::ifstream(std::string(TERRAMASK_SOURCE_DIR) + "/schemas/project.schema.json"));
  std::set<std::string> keys;
  collect(schema, "", keys);
  const std::vector<std::string> known = project_keys();
  EXPECT_EQ(std::vector<std::string>(keys.begin(), keys.end()), known);
  EXPECT_GT(known.size(), 60U);
}

/// What the schema says of a number or choice is what the reader takes.
void try_values(const Json& schema, const Json& sound, const std::string& pointer,
                const std::function<bool(const Json&)>& reads, int& tried) {
  for (const auto& [key, value] : schema["properties"].items()) {
    const std::string here = pointer + "/" + key;
    if (value.contains("properties")) {
      try_values(value, sound, here, reads, tried);
      continue;
    }
    const auto with = [&](const Json& put) {
      Json json = sound;
      json[Json::json_pointer(here)] = put;
      return reads(json);
    };
    if (value.contains("maximum")) {
      const double step = value["type"] == "integer" ? 1 : 1e-6 * (1 + value["maximum"].get<double>());
      const Json low = value["minimum"], high = value["maximum"];
      EXPECT_TRUE(with(low)) << here;
      EXPECT_TRUE(with(high)) << here;
      const bool whole = value["type"] == "integer";
      EXPECT_FALSE(with(whole ? Json(low.get<std::int64_t>() - 1) : Json(low.get<double>() - step))) << here;
      EXPECT_FALSE(with(whole ? Json(high.get<std::int64_t>() + 1) : Json(high.get<double>() + step)))
          << here;
      ++tried;
    } else if (value.contains("enum") && !value.contains("oneOf")) {
      for (const Json& one : value["enum"]) EXPECT_TRUE(with(one)) << here << one;
      EXPECT_FALSE(with("something else")) << here;
      ++tried;
    }
  }
}

TEST_F(ProjectTest, TheSchemaAndTheReaderTakeTheSameValues) {
  const Json schema =
      Json::parse(std::ifstream(std::string(TERRAMASK_SOURCE_DIR) + "/schemas/project.schema.json"));
  const auto reads = [this](const Json& json) {
    try {
      read_project(write(json));
      return true;
    } catch (const Error&) {
      return false;
    }
  };
  int tried = 0;
  for (const std::string object : {"split", "network", "training"})
    try_values(schema["properties"][object], sound(), "/" + object, reads, tried);
  EXPECT_GT(tried, 30);
}

TEST_F(ProjectTest, TheSchemaKnowsEveryChoice) {
  const Json schema =
      Json::parse(std::ifstream(std::string(TERRAMASK_SOURCE_DIR) + "/schemas/project.schema.json"));
  const auto choices = [&](const char* object, const char* key) {
    return schema["properties"][object]["properties"][key]["enum"].get<std::vector<std::string>>();
  };
  const auto names = []<class E>(E) {
    std::vector<std::string> all;
    for (const std::string_view name : all_names<E>()) all.emplace_back(name);
    return all;
  };
  EXPECT_EQ(choices("split", "method"), names(SplitMethod{}));
  EXPECT_EQ(choices("training", "loss"), names(learn::Loss{}));
  EXPECT_EQ(choices("training", "optimizer"), names(learn::OptimizerKind{}));
  EXPECT_EQ(choices("training", "schedule"), names(learn::ScheduleKind{}));
  EXPECT_EQ(choices("training", "initial_weights"), names(InitialWeights{}));
  EXPECT_EQ(choices("training", "sampling"), names(Sampling{}));
  EXPECT_EQ(choices("training", "normalization"), names(NormalizationMethod{}));
  EXPECT_EQ(choices("network", "architecture"), architectures());
}

}  // namespace
}  // namespace terramask::tests
