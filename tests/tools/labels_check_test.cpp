// terramask labels --check and --align from outside.
#include <gdal_priv.h>

#include <algorithm>

#include "program.hpp"

namespace terramask::tests {
namespace {

class LabelsCheck : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    const Outcome made = terramask({"scene", "-o", "town", "--seed", "33", "--size", "512", "-q"});
    ASSERT_EQ(made.status, 0) << made.err;
    // The labels lie 3 pixels of half a metre too far right, and 5 too far up.
    move("town/labels.tif", "moved.tif", 1.5, 2.5);
  }
  void move(const std::string& from, const std::string& to, double east, double north) const {
    std::filesystem::copy_file(path(from), path(to));
    auto* file = static_cast<GDALDataset*>(GDALOpen(path(to).c_str(), GA_Update));
    ASSERT_NE(file, nullptr);
    std::array<double, 6> place{};
    file->GetGeoTransform(place.data());
    place[0] += east;
    place[3] += north;
    ASSERT_EQ(file->SetGeoTransform(place.data()), CE_None);
    GDALClose(file);
  }
  void expect_refused(const std::vector<std::string>& arguments, int status,
                      const std::vector<std::string>& parts) const {
    const auto before = files();
    std::vector<std::string> words{"labels", "-q"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    expect_error(terramask(words), status, parts);
    EXPECT_EQ(files(), before);
  }
};

TEST_F(LabelsCheck, TellsThePlantedOffsetAndMovesItAway) {
  const Outcome check = terramask({"labels", "--check", "moved.tif", "--like", "town/ortho.tif", "--csv",
                                   "c.csv", "--gpkg", "c.gpkg", "--html", "c.html"});
  ASSERT_EQ(check.status, 0) << check.err;
  for (const char* part : {"4 of 256", "offset    -3.0", "px right, +4.9",
                           "confident 4 blocks in both directions", "road", "rank", "c.gpkg"})
    EXPECT_NE(check.out.find(part), std::string::npos) << part << "\n" << check.out;
  EXPECT_EQ(read("c.gpkg").substr(0, 15), "SQLite format 3");
  EXPECT_NE(read("c.html").find("where they would lie"), std::string::npos);
  const std::string table = read("c.csv");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 5);

  const Outcome align =
      terramask({"labels", "--align", "moved.tif", "--like", "town/ortho.tif", "-o", "a.tif"});
  ASSERT_EQ(align.status, 0) << align.err;
  EXPECT_NE(align.out.find("a.tif\n  moved     -3.0"), std::string::npos) << align.out;
  const Outcome judged = terramask({"evaluate", "a.tif", "--reference", "town/labels.tif"});
  // All but the edges, which come from outside the labels.
  EXPECT_NE(judged.out.find("overall accuracy 98."), std::string::npos) << judged.out;
  EXPECT_NE(judged.out.find("low vegetation"), std::string::npos);
}

TEST_F(LabelsCheck, RanksBlocksByWhatAModelDisputes) {
  make_model("model.safetensors");
  const Outcome outcome = terramask({"labels", "--check", "moved.tif", "--like", "town/ortho.tif", "--model",
                                     "model.safetensors", "--classes", "0|2-5=background,1=road", "--csv",
                                     "c.csv", "--html", "c.html", "--threads", "1"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("disputed"), std::string::npos) << outcome.out;
  EXPECT_NE(read("c.html").find("Where model and map disagree most"), std::string::npos);
  EXPECT_NE(read("c.csv").find("disputed,judged_px,dispute"), std::string::npos);
  EXPECT_NE(read("c.html").find("alt=\"model\""), std::string::npos);
  for (const std::string& name : files()) EXPECT_FALSE(name.starts_with(".terramask")) << name;
}

TEST_F(LabelsCheck, RefusesCallsThatMeanNothing) {
  make_model("model.safetensors");
  write("there.csv", "mine");
  expect_refused({"--check", "moved.tif", "--align", "moved.tif", "--like", "town/ortho.tif"}, 2,
                 {"--align"});
  expect_refused({"--check", "moved.tif", "--like", "town/ortho.tif", "-o", "x.tif"}, 2, {"--check", "-o"});
  expect_refused({"--align", "moved.tif", "--like", "town/ortho.tif"}, 2, {"-o"});
  expect_refused({"rules.json", "--check", "moved.tif", "--like", "town/ortho.tif"}, 2, {"rules.json"});
  expect_refused({"--like", "town/ortho.tif", "-o", "x.tif"}, 2, {"RULES"});
  expect_refused({"--check", "moved.tif", "--like", "town/ortho.tif", "--csv", "there.csv"}, 2,
                 {"there.csv", "--overwrite"});
  expect_refused({"--check", "moved.tif", "--like", "town/ortho.tif", "--gpkg", "c.shp"}, 2,
                 {"c.shp", ".gpkg"});
  expect_refused({"--check", "moved.tif", "--like", "town/ortho.tif", "--csv", "c", "--html", "c"}, 2,
                 {"two outputs"});
  expect_refused({"--check", "none.tif", "--like", "town/ortho.tif"}, 1, {"none.tif"});
  expect_refused({"--check", "moved.tif", "--like", "town/ortho.tif", "--block", "16"}, 2, {"--block"});
  expect_refused({"--check", "moved.tif", "--like", "town/ortho.tif", "--model", "model.safetensors",
                  "--classes", "0|2-5=else,1=way"},
                 1, {"model.safetensors", "--classes"});
}

}  // namespace
}  // namespace terramask::tests
