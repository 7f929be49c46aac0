// Widths as mappers write them, and the expressions that rules make of them.
#include "labels/vector/width.hpp"

#include "labels/base/quantity.hpp"
#include "labels/support.hpp"

namespace terramask::tests {
namespace {

using labels::parse_quantity;

TEST(Quantity, ReadsWhatMappersWrite) {
  const std::vector<std::pair<const char*, double>> cases = {
      {"7.5", 7.5},         {"7,5", 7.5},     {"7.5 m", 7.5},   {"7.5m", 7.5},
      {" 7 metres ", 7},    {"12'", 3.6576},  {"12'6\"", 3.81}, {"12 ft 6 in", 3.81},
      {"12 ft", 3.6576},    {"10 yd", 9.144}, {"750 cm", 7.5},  {"0.01 km", 10},
      {"6-8", 7},           {"6 - 8 m", 7},   {"6\u20138", 7},  {"20'-30'", 7.62},
      {"2;3", 2.5},         {"~7", 7},        {"ca. 7 m", 7},   {"about 6", 6},
      {"3 lanes", 3},       {"7 m.", 7},      {"10 FT", 3.048}, {".5", 0.5},
      {"6 ft-8 ft", 2.1336}};
  for (const auto& [text, metres] : cases) {
    const auto value = parse_quantity(text);
    ASSERT_TRUE(value) << text;
    EXPECT_NEAR(*value, metres, 1e-9) << text;
  }
  for (const char* text : {"",  "wide", "7 mx",  "7 7",   "m",   "-3",  "0", "1e3",   "7..5",   "6-",
                           "-", "7;",   "6\"5'", "7 m 3", "inf", "nan", "~", "1-2-3", "\u2013", "'"})
    EXPECT_FALSE(parse_quantity(text)) << text;
}

labels::FieldText fields(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

labels::Width width(const std::string& json) {
  labels::Width made;
  const Json value = Json::parse(json);
  read_width(value, {"rules.json", "width"}, made);
  return made;
}

TEST(Width, TheFirstAlternativeThatYieldsANumberIsTaken) {
  const labels::Width made =
      width(R"(["width", "(lanes + 1) * 3.25 - 0.5", {"by": "highway", "values": {"primary": 9}}, 5])");
  EXPECT_EQ(made.fields(), (std::set<std::string>{"width", "lanes", "highway"}));
  EXPECT_EQ(made.evaluate(fields({{"width", "6 m"}, {"lanes", "2"}})), 6.0);
  EXPECT_EQ(made.evaluate(fields({{"width", "wide"}, {"lanes", "2"}})), 9.25);
  EXPECT_EQ(made.evaluate(fields({{"width", "600"}, {"highway", "primary"}})), 9.0);  // wider than most_m
  EXPECT_EQ(made.evaluate(fields({{"highway", "track"}})), 5.0);
  EXPECT_EQ(width("\"width\"").evaluate(fields({})), std::nullopt);
  EXPECT_EQ(width(R"("\"width:carriageway\" / 2")").evaluate(fields({{"width:carriageway", "7"}})), 3.5);
  EXPECT_EQ(width(R"("8 / lanes / 2")").evaluate(fields({{"lanes", "2"}})), 2.0);
  EXPECT_EQ(width(R"("8 - lanes - 2")").evaluate(fields({{"lanes", "2"}})), 4.0);
  EXPECT_EQ(width(R"("lanes - 2")").evaluate(fields({{"lanes", "2"}})), std::nullopt);  // no width is 0
}

TEST(Width, WhatDoesNotParseIsToldWithItsPlace) {
  for (const char* json : {R"("lanes *")", R"("(lanes")", R"("lanes 3")", R"("\"lanes")", R"("")",
                           R"("3 $ 4")", "0", "-3", "true", "[]", R"([7, "+"])", R"({"by": "highway"})",
                           R"({"by": "highway", "values": {"primary": "9"}})"})
    expect_error([&] { width(json); }, ErrorCode::format, {"rules.json: width"});
}

}  // namespace
}  // namespace terramask::tests
