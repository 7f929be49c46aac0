// The rules in rules/, on the sample scene, whose true labels are known.
#include "geo/files/open.hpp"
#include "labels/base/rules.hpp"
#include "labels/support.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = TERRAMASK_SOURCE_DIR;

class ShippedRules : public LabelsTest {
 protected:
  Raster paint_sample(const std::string& rules) const {
    LabelsOptions options;
    options.rules = kSource / "rules" / rules;
    options.source_paths = {{"osm", kSource / "sample_data" / "map.osm"}};
    options.like = kSource / "sample_data" / "ortho.tif";
    options.output = file(rules + ".tif");
    options.allow_empty = true;  // the sample has no railways
    const LabelsSummary summary = make_labels(options, {}, nullptr);
    EXPECT_EQ(summary.credits.size(), 1U);
    return read_raster(options.output);
  }

  /// Intersection over union of a value and the truth's, where the label is not ignored.
  static double iou(const Raster& made, int value, const Raster& truth, int true_value) {
    std::size_t both = 0, either = 0;
    for (std::size_t i = 0; i < made.values.size(); ++i) {
      if (made.values[i] == 255) continue;
      const bool a = made.values[i] == value, b = truth.values[i] == true_value;
      both += a && b ? 1 : 0;
      either += a || b ? 1 : 0;
    }
    return static_cast<double>(both) / static_cast<double>(either);
  }
};

TEST_F(ShippedRules, AllAreSound) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(kSource / "rules")) {
    if (entry.path().extension() != ".json") continue;
    const labels::Rules rules = labels::read_rules(entry.path());
    // Those for rendered maps have tests of their own.
    if (rules.sources.front().name != "osm") continue;
    EXPECT_FALSE(rules.comment.empty());
    paint_sample(entry.path().filename());
    ++count;
  }
  EXPECT_EQ(count, 6U);
}

TEST_F(ShippedRules, WhatTheyPaintOfTheSampleIsWhatIsThere) {
  const Raster truth = read_raster(kSource / "sample_data" / "labels.tif");
  const std::map<std::string, int> values = [&] {
    std::map<std::string, int> found;
    const geo::DatasetPtr labels = geo::open_raster(kSource / "sample_data" / "labels.tif");
    for (const Json& one : Json::parse(labels->GetMetadataItem("TERRAMASK_CLASSES")))
      found[one["name"]] = one["value"];
    return found;
  }();
  for (const auto& [file_name, value, name, least] :
       std::vector<std::tuple<std::string, int, std::string, double>>{
           {"roads.json", 1, "road", 0.85},
           {"buildings.json", 1, "building", 0.9},
           {"water.json", 1, "water", 0.9},
           {"landcover.json", 6, "building", 0.9}}) {
    const double score = iou(paint_sample(file_name), value, truth, values.at(name));
    fmt::print("{}: IoU {:.3f}\n", file_name, score);
    EXPECT_GT(score, least) << file_name;
    fs::remove(file(file_name + ".tif"));
  }
}

}  // namespace
}  // namespace terramask::tests
