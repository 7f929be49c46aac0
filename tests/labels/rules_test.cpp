// The rules file: what it says is done, what is wrong with it is named by its key.
#include "labels/base/rules.hpp"

#include <algorithm>
#include <set>

#include "labels/support.hpp"

namespace terramask::tests {
namespace {

class RulesTest : public LabelsTest {
 protected:
  Json sound() const { return simple_rules(geojson(Json::array({square(4, 4, 12)}))); }

  static Json square(double x, double y, double side, Json tags = Json::object()) {
    return {{"type", "Polygon"},
            {"coordinates", {{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}},
            {"tags", std::move(tags)}};
  }

  void expect_refused(const Json& rules, ErrorCode code, std::vector<std::string> words) const {
    expect_error([&] { make(rules, image()); }, code, words);
    EXPECT_FALSE(std::filesystem::exists(file("labels.tif")));
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      EXPECT_EQ(entry.path().filename().string().find(".part-"), std::string::npos) << entry.path();
  }
};

TEST_F(RulesTest, LaterRulesPaintOverEarlierOnes) {
  Json rules = sound();
  const std::string map =
      geojson(Json::array({square(0, 0, 20, {{"kind", "house"}}), square(10, 10, 20, {{"kind", "road"}})}));
  rules["sources"]["map"]["path"] = map;
  rules["classes"].push_back({{"value", 7}, {"name", "house"}, {"color", "#ff0000"}});
  rules["rules"] = Json::array({{{"source", "map"}, {"where", "kind = 'house'"}, {"class", "house"}},
                                {{"source", "map"}, {"where", "kind = 'road'"}, {"class", "road"}}});
  const Raster over = paint(rules, image());
  EXPECT_EQ(over.at(5, 5), 7);
  EXPECT_EQ(over.at(15, 15), 1);
  EXPECT_EQ(over.at(31, 0), 0);
  std::swap(rules["rules"][0], rules["rules"][1]);
  EXPECT_EQ(paint(rules, image()).at(15, 15), 7);
}

TEST_F(RulesTest, RingsAreIgnoredAndLieUnderTheirOwnRule) {
  Json rules = sound();
  rules["sources"]["map"]["path"] = geojson(Json::array({square(4, 4, 8), square(12, 4, 8)}));
  rules["rules"][0]["ignore_ring_m"] = 2;
  const Raster made = paint(rules, image());
  for (int x = 4; x < 20; ++x) EXPECT_EQ(made.at(x, 8), 1) << x;
  EXPECT_EQ(made.at(20, 8), 255);
  EXPECT_EQ(made.at(21, 8), 255);
  EXPECT_EQ(made.at(22, 8), 0);
  EXPECT_EQ(made.at(2, 8), 255);
  EXPECT_EQ(made.at(1, 8), 0);
}

TEST_F(RulesTest, TouchAllTakesEveryPixelThatIsTouched) {
  Json rules = sound();
  rules["sources"]["map"]["path"] = geojson(Json::array({square(4.6, 4.6, 3)}));
  const Raster centres = paint(rules, image());
  EXPECT_EQ(std::count(centres.values.begin(), centres.values.end(), 1), 9);
  rules["rules"][0]["touch"] = "all";
  const Raster touched = paint(rules, image());
  EXPECT_EQ(std::count(touched.values.begin(), touched.values.end(), 1), 16);
  EXPECT_EQ(touched.at(4, 4), 1);
  EXPECT_EQ(touched.at(7, 7), 1);
}

TEST_F(RulesTest, UnlabelledMayBeIgnored) {
  Json rules = sound();
  rules["unlabelled"] = "ignore";
  const LabelsSummary summary = make(rules, image());
  EXPECT_EQ(summary.ignored, 32U * 32 - 144);
  EXPECT_EQ(summary.counts[1].second, 144U);
  EXPECT_EQ(summary.rules[0].features, 1U);
}

TEST_F(RulesTest, WhatIsWrongIsNamedByItsKey) {
  struct Case {
    std::string pointer;
    Json value;
    std::vector<std::string> words;
  };
  const std::vector<Case> cases = {
      {"/version", 2, {"version: found 2"}},
      {"/unlabelled", "sea", {"unlabelled", "sea", "background, road, ignore"}},
      {"/classes/1/color", "red", {"classes[1].color", "#rrggbb"}},
      {"/classes/1/value", 0, {"classes[1].value", "another class"}},
      {"/classes/1/name", "ignore", {"classes[1].name"}},
      {"/sources/map/type", "wms", {"sources.map.type", "wms", "vector"}},
      {"/sources/map/pth", "x", {"sources.map.pth: unknown key", "path"}},
      {"/sources/map/crs", "EPSG:nil", {"sources.map.crs", "EPSG:nil"}},
      {"/rules/0/source", "mop", {"rules[0].source", "mop", "map"}},
      {"/rules/0/class", "sea", {"rules[0].class", "sea", "road"}},
      {"/rules/0/wehre", "x = 1", {"rules[0].wehre: unknown key", "where"}},
      {"/rules/0/where", "heighway = 1", {"rules[0].where", "heighway", "fields of layer", "map.geojson"}},
      {"/rules/0/where", "name LIKE LIKE", {"rules[0].where", "name LIKE LIKE"}},
      {"/rules/0/layer", "lanes", {"rules[0].layer", "lanes", "map.geojson"}},
      {"/rules/0/touch", "edge", {"rules[0].touch", "centre, all"}},
      {"/rules/0/ignore_ring_m", -1, {"rules[0].ignore_ring_m: found -1"}},
      {"/rules/0/buffer", Json::object(), {"rules[0].buffer.width: missing"}},
      {"/rules/0/buffer/width", "lanes *", {"rules[0].buffer.width", "lanes *", "character 8"}},
      {"/rules/0/buffer/width", 0, {"rules[0].buffer.width: found 0"}},
      {"/rules/0/buffer/width", "lanes", {"rules[0].buffer.width", "lanes", "the fields of layer"}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.pointer + " = " + one.value.dump());
    Json json = sound();
    json[Json::json_pointer(one.pointer)] = one.value;
    const bool usage = one.pointer == "/sources/map/crs";
    std::vector<std::string> words = one.words;
    words.push_back("rules.json: ");
    expect_refused(json, usage ? ErrorCode::usage : ErrorCode::format, words);
  }
}

/// Paths of all keys that a schema allows.
void collect(const Json& schema, const std::string& prefix, std::set<std::string>& keys) {
  if (!schema.contains("properties")) return;
  EXPECT_EQ(schema.value("additionalProperties", true), false) << prefix << " allows other keys";
  for (const auto& [key, value] : schema["properties"].items()) {
    keys.insert(prefix + key);
    collect(value, prefix + key + ".", keys);
    if (value.contains("items")) collect(value["items"], prefix + key + "[].", keys);
    if (value.contains("additionalProperties") && value["additionalProperties"].is_object())
      collect(value["additionalProperties"], prefix + key + ".*.", keys);
  }
}

TEST_F(RulesTest, TheSchemaKnowsTheKeysOfTheReader) {
  const Json schema =
      Json::parse(std::ifstream(std::string(TERRAMASK_SOURCE_DIR) + "/schemas/rules.schema.json"));
  std::set<std::string> keys;
  collect(schema, "", keys);
  const std::vector<std::string> known = labels::rules_keys();
  EXPECT_EQ(std::vector<std::string>(keys.begin(), keys.end()), known);
  EXPECT_GT(known.size(), 20U);
}

}  // namespace
}  // namespace terramask::tests
