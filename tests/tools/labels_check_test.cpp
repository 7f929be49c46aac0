// terramask labels --check and --align from outside.
#include <gdal_priv.h>

#include <algorithm>

#include "geo/base/gdal_support.hpp"
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
  const Outcome outcome =
      terramask({"labels", "--check", "moved.tif", "--like", "town/ortho.tif", "--model", "model.safetensors",
                 "--map", "0|2-5=background,1=road", "--csv", "c.csv", "--html", "c.html", "--threads", "1"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("disputed"), std::string::npos) << outcome.out;
  EXPECT_NE(read("c.html").find("Where model and map disagree most"), std::string::npos);
  EXPECT_NE(read("c.csv").find("disputed,judged_px,dispute"), std::string::npos);
  EXPECT_NE(read("c.html").find("alt=\"model\""), std::string::npos);
  for (const std::string& name : files()) EXPECT_FALSE(name.starts_with(".terramask")) << name;
}

TEST_F(LabelsCheck, TellsNoOffsetThatNoBlockIsSureOf) {
  // One road through even ground fixes nothing along itself, and noise alone nothing at all.
  const auto make = [&](const char* name, int bands, const auto& value) {
    const geo::DatasetPtr file(GetGDALDriverManager()->GetDriverByName("GTiff")->Create(
        path(name).c_str(), 256, 256, bands, GDT_Byte, nullptr));
    for (int band = 1; band <= bands; ++band) {
      std::vector<std::uint8_t> pixels;
      for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) pixels.push_back(static_cast<std::uint8_t>(value(x, y, band)));
      ASSERT_EQ(file->GetRasterBand(band)->RasterIO(GF_Write, 0, 0, 256, 256, pixels.data(), 256, 256,
                                                    GDT_Byte, 0, 0, nullptr),
                CE_None);
    }
  };
  make("noise.tif", 3, [](int x, int y, int band) {
    const auto u = [](int value) { return static_cast<unsigned>(value); };
    return (u(x) * 73856093U ^ u(y) * 19349663U ^ u(band) * 83492791U) * 2654435761U >> 24;
  });
  make("labels.tif", 1, [](int x, int y, int) { return (x / 32 + y / 32) % 2; });
  const Outcome outcome = terramask({"labels", "--check", "labels.tif", "--like", "noise.tif", "--map",
                                     "0=background,1=road", "--html", "c.html"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("offset    unknown: no block is sure"), std::string::npos) << outcome.out;
  EXPECT_EQ(outcome.out.find("px right"), std::string::npos) << outcome.out;
  const std::string page = read("c.html");
  EXPECT_NE(page.find("offset: no block is sure of its own"), std::string::npos);
  EXPECT_EQ(page.find("where most labels would have to go"), std::string::npos);
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
  expect_refused({"--check", "moved.tif", "--like", "town/ortho.tif", "--model", "model.safetensors", "--map",
                  "0|2-5=else,1=way"},
                 1, {"model.safetensors", "--map"});
}

}  // namespace
}  // namespace terramask::tests
