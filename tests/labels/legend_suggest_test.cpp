// The draft of a legend finds the colours that a map was drawn with.
#include "labels/support.hpp"
#include "labels/web_map.hpp"
#include "terramask/legend.hpp"

namespace terramask::tests {
namespace {

class LegendSuggestTest : public LabelsTest {};

const SuggestedColor* find(const SuggestedLegend& legend, const labels::Rgb& color, int levels) {
  for (const SuggestedColor& one : legend.colors) {
    bool near = true;
    for (std::size_t band = 0; band < 3; ++band)
      near = near && std::abs(one.color[band] - color[band]) <= levels;
    if (near) return &one;
  }
  return nullptr;
}

TEST_F(LegendSuggestTest, FindsTheColoursOfAreas) {
  const web_map::Style style = web_map::carto_style();
  const web_map::Map map = web_map::draw(3, 400, style);
  for (const int quality : {0, 85}) {
    const std::string path = file(quality > 0 ? "map.jpg" : "map.png");
    web_map::save(map, path, quality);
    const SuggestedLegend legend = suggest_legend(path, 0.002, {}, nullptr);
    for (const labels::Rgb& color :
         {style.road, style.major_road, style.land, style.residential, style.building, style.water})
      EXPECT_NE(find(legend, color, quality > 0 ? 3 : 0), nullptr) << int{color[0]} << " " << quality;
    EXPECT_EQ(find(legend, style.road, 3)->guess, "road");
    EXPECT_EQ(find(legend, style.water, 3)->guess, "water");
    EXPECT_GT(legend.explained, 0.95);
    EXPECT_LE(legend.colors.size(), 16U);
    EXPECT_EQ(legend.tolerance, quality > 0 ? 6 : 3);
  }
}

TEST_F(LegendSuggestTest, WritesRulesThatLabelsAreMadeBy) {
  const web_map::Map map = web_map::draw(3, 200, web_map::pale_style());
  web_map::save(map, file("map.png"), 0);
  const SuggestedLegend legend = suggest_legend(file("map.png"), 0.002, {}, nullptr);
  write_suggested_rules(file("draft.json"), legend, false);
  write_legend_picture(file("draft.png"), legend, false);
  EXPECT_TRUE(std::filesystem::exists(file("draft.png")));
  LabelsOptions options;
  options.rules = file("draft.json");
  options.like = file("map.png");
  options.output = file("labels.tif");
  EXPECT_LT(make_labels(options, {}, nullptr).ignored, 200U * 200 / 20);
  expect_error([&] { write_suggested_rules(file("draft.json"), legend, false); }, ErrorCode::exists,
               {"draft.json"});
}

TEST_F(LegendSuggestTest, RefusesWhatIsNoMap) {
  NewRaster noise;
  noise.width = noise.height = 64;
  noise.bands = 3;
  noise.value = [](int band, int x, int y) { return (x * 7919 + y * 104729 + band * 31) % 251; };
  write_raster(file("noise.tif"), noise);
  expect_error([&] { suggest_legend(file("noise.tif"), 0.001, {}, nullptr); }, ErrorCode::mismatch,
               {"noise.tif", "no even areas"});
}

}  // namespace
}  // namespace terramask::tests
