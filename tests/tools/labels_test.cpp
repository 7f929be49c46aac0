// terramask labels, from outside.
#include <csignal>
#include <nlohmann/json.hpp>

#include "program.hpp"

namespace terramask::tests {
namespace {

const std::string kSource = TERRAMASK_SOURCE_DIR;

class LabelsProgramTest : public ProgramTest {
 protected:
  static std::vector<std::string> sample(const std::string& rules, std::vector<std::string> more) {
    std::vector<std::string> all = {"labels",   kSource + "/rules/" + rules,
                                    "--source", "osm=" + kSource + "/sample_data/map.osm",
                                    "--like",   kSource + "/sample_data/ortho.tif"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(LabelsProgramTest, LabelsOfTheSampleAreWhatTrainingTakes) {
  const Outcome dry = terramask(sample("landcover.json", {"-o", "labels.tif", "--dry-run"}));
  EXPECT_EQ(dry.status, 0) << dry.err;
  for (const char* part : {"map.osm (OSM", "rules[0]: bare or other from osm", "scratch", "free"})
    EXPECT_NE(dry.out.find(part), std::string::npos) << part << dry.out;
  EXPECT_TRUE(files().empty());

  const Outcome made = terramask(sample("landcover.json", {"-o", "labels.tif", "--co", "COMPRESS=ZSTD"}));
  ASSERT_EQ(made.status, 0) << made.err;
  for (const char* part :
       {"6 building", "ignore", "building from osm: ", "(c) OpenStreetMap contributors", "objects/s"})
    EXPECT_NE(made.out.find(part), std::string::npos) << part << made.out;
  EXPECT_NE(made.err.find("painted nothing: rules[0]: bare or other from osm, "), std::string::npos)
      << made.err;
  EXPECT_EQ(files(), (std::set<std::string>{"labels.qml", "labels.tif", "labels.tif.aux.xml"}));

  const std::string image = kSource + "/sample_data/ortho.tif";
  const Outcome init = terramask({"init", image, "--labels", "labels.tif", "-o", "project.json"});
  ASSERT_EQ(init.status, 0) << init.err;
  const auto project = nlohmann::json::parse(read("project.json"));
  std::set<std::string> names;
  for (const auto& one : project["classes"]) names.insert(one["name"]);
  EXPECT_EQ(names, (std::set<std::string>{"trees", "water", "road", "building"}));
  EXPECT_EQ(
      terramask({"train", "project.json", "-o", "m.safetensors", "--dry-run", "--device", "cpu"}).status, 0);
  const Outcome judged =
      terramask({"evaluate", "labels.tif", "--reference", kSource + "/sample_data/labels.tif", "--map",
                 "3=trees", "--ignore", "0,4", "--json", "r.json"});
  EXPECT_EQ(judged.status, 0) << judged.err;
}

TEST_F(LabelsProgramTest, CallsThatAreWrongAreTold) {
  expect_error(terramask(sample("roads.json", {"-o", "labels.tif", "--source", "osm", "-q"})), 2,
               {"--source osm"});
  expect_error(terramask(sample("roads.json", {"-o", "labels.tif", "--source", "map=x.osm", "-q"})), 1,
               {"sources", "no source is called \"map\"", "osm"});
  expect_error(terramask(sample("roads.json", {"-o", "labels.tif", "--max-memory", "much", "-q"})), 2,
               {"--max-memory"});
  expect_error(terramask(sample("roads.json", {"-o", "labels.tif", "--co", "COMPRESS=JPEG", "-q"})), 2,
               {"JPEG"});
  expect_error(terramask({"labels", "none.json", "--like", "a.tif", "-o", "b.tif"}), 1,
               {"none.json: not there"});
  EXPECT_TRUE(files().empty());
}

TEST_F(LabelsProgramTest, AFullDiskIsToldAndNothingIsLeft) {
  Running running("terramask", sample("roads.json", {"-o", "labels.tif", "-q", "--cache", "100K"}), folder_,
                  200'000);
  expect_error(running.wait(), 1, {"terramask labels: ", "levels.tif", "free some space", "--scratch"});
  EXPECT_TRUE(files().empty());
}

}  // namespace
}  // namespace terramask::tests
