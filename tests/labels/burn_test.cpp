// Labels in one line, labels of nothing, and lines of any width.
#include "labels/vector/burn.hpp"

#include "labels/support.hpp"
#include "labels/vector/vector_source.hpp"

namespace terramask::tests {
namespace {

class BurnTest : public LabelsTest {
 protected:
  static Json square(double x, double y, double side) {
    return {{"type", "Polygon"},
            {"coordinates", {{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}}};
  }
  static Json line(double y) { return {{"type", "LineString"}, {"coordinates", {{-2000, y}, {4000, y}}}}; }
  /// The same under a name of its own.
  std::string vectors(const std::string& name, const Json& features) const {
    std::filesystem::rename(geojson(features), file(name));
    return file(name);
  }
  LabelsSummary burn(const std::vector<std::string>& burns, bool allow_empty = false) const {
    LabelsOptions options;
    options.burns = burns;
    options.like = image();
    options.output = file("labels.tif");
    options.overwrite = true;
    options.allow_empty = allow_empty;
    return make_labels(options, {}, nullptr);
  }
};

TEST_F(BurnTest, PaintsAsTheRulesFileThatSaysTheSame) {
  const std::string houses = vectors("houses.geojson", Json::array({square(4, 4, 12)}));
  const std::string roads = vectors("roads.geojson", Json::array({line(10)}));
  const std::vector<std::string> burns{houses + "=building", roads + "=road:6m",
                                       houses + "#layer=houses=building"};
  const LabelsSummary summary = burn({burns[0], burns[1]});
  const Raster made = read_raster(file("labels.tif"));
  EXPECT_EQ(made.at(5, 5), 1);
  EXPECT_EQ(made.at(5, 10), 2);
  EXPECT_EQ(made.at(5, 14), 1);
  EXPECT_EQ(made.at(30, 20), 0);
  ASSERT_EQ(summary.counts.size(), 3U);
  EXPECT_EQ(summary.counts[0].first.name, "background");
  EXPECT_EQ(summary.counts[2].first.name, "road");
  EXPECT_EQ(summary.counts[2].second, 6U * 32);
  EXPECT_EQ(differences(made, paint(labels::burn_json({burns[0], burns[1]}), image())), 0U);
  EXPECT_EQ(labels::burn_rules(burns).sources[2].name, "houses.geojson (2)");
  std::set<std::string> colors;
  std::vector<std::string> many;
  for (int i = 0; i < 30; ++i) many.push_back(fmt::format("a.gpkg=class {}", i));
  for (const ClassInfo& one : labels::burn_rules(many).classes) colors.insert(one.color);
  EXPECT_EQ(colors.size(), 31U);
}

TEST_F(BurnTest, WhatIsNoFileAndClassIsRefused) {
  for (const char* text :
       {"roads.geojson", "=road", "roads.geojson=", "a.gpkg=road:wide", "a.gpkg=:6m", "a.gpkg#layer==road"})
    expect_error([&] { (void)labels::burn_rules({text}); }, ErrorCode::usage, {text, "FILE=CLASS:WIDTH"});
  expect_error([&] { (void)labels::burn_rules({"a.gpkg=road:20km"}); }, ErrorCode::format,
               {"`burns`", "at most 10000 metres"});
}

TEST_F(BurnTest, LabelsOfNothingAreRefusedWithTheReason) {
  const auto expect_reason = [this](const std::string& source, const std::string& reason) {
    expect_error([&] { burn({source}); }, ErrorCode::mismatch,
                 {"labels.tif: not written, as nothing is painted", reason, "`allow_empty`"});
    EXPECT_FALSE(std::filesystem::exists(file("labels.tif")));
  };
  expect_reason(vectors("none.geojson", Json::array()) + "=a", "none.geojson: holds no feature");
  expect_reason(vectors("far.geojson", Json::array({square(90000, 4, 12)})) + "=a",
                "far.geojson: lies elsewhere than");
  expect_reason(vectors("thin.geojson", Json::array({line(10)})) + "=a", "cover nothing without a width");
  expect_reason(vectors("small.geojson", Json::array({square(4.1, 4.1, 0.1)})) + "=a", "no pixel's centre");
  Json rules = simple_rules(geojson(Json::array({square(4, 4, 12)})));
  rules["rules"][0]["where"] = "OGR_GEOM_AREA > 1000";
  LabelsOptions filtered = options(rules, image());
  filtered.allow_empty = false;
  expect_error([&] { make_labels(filtered, {}, nullptr); }, ErrorCode::mismatch,
               {"map.geojson: 1 feature is near the image, and none is what \"layer\" and \"where\""});
  EXPECT_EQ(burn({file("none.geojson") + "=a"}, true).counts[0].second, 32U * 32);
}

TEST_F(BurnTest, WidthsThatRulesSayAreMeant) {
  const std::string map = geojson(Json::array({line(700)}));
  Json rules = simple_rules(map);
  for (const double width : {150.0, 250.0, 1390.0}) {
    rules["rules"][0]["buffer"] = {{"width", width}};
    EXPECT_EQ(paint(rules, image()).at(16, 31), width > 1338 ? 1 : 0) << width;
  }
  rules["rules"][0]["buffer"] = {{"width", {"width", {{"by", "kind"}, {"values", {{"river", 1390}}}}}}};
  Json river = line(700);
  river["tags"] = {{"kind", "river"}, {"width", "3000"}};
  rules["sources"]["map"]["path"] = geojson(Json::array({river}));
  EXPECT_EQ(paint(rules, image()).at(16, 31), 1);
  EXPECT_EQ(paint(rules, image()).at(16, 2), 0);  // 3000 m are a slip of the pen
  Json near = line(10);
  near["tags"] = {{"width", "3000"}};
  rules["sources"]["map"]["path"] = geojson(Json::array({near}));
  rules["rules"][0]["buffer"] = {{"width", "width"}};
  const LabelsSummary summary = make(rules, image());
  EXPECT_NE(summary.warnings.at(0).find("rules[0].buffer: no width up to 100 m (most_m) for 1 feature"),
            std::string::npos)
      << summary.warnings[0];
  rules["rules"][0]["buffer"] = {{"width", 200}, {"most_m", 150}};
  expect_error([&] { make(rules, image()); }, ErrorCode::format,
               {"rules[0].buffer.width", "200", "at most 150 metres, or raise \"most_m\""});
  rules["rules"][0]["buffer"] = {{"width", 20000}};
  expect_error([&] { make(rules, image()); }, ErrorCode::format, {"rules[0].buffer.width", "at most 10000"});
}

}  // namespace
}  // namespace terramask::tests
