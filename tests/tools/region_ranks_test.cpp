// terramask region under mpirun: the same tiles, whatever the number of ranks.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "mpirun.hpp"
#include "program.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RegionRanks : public ProgramTest {
 protected:
  void SetUp() override {
    if (const std::string why = no_mpirun(); !why.empty()) GTEST_SKIP() << why;
    ProgramTest::SetUp();
    make_model("m.safetensors");
    fs::create_directory(path("in"));
    for (int i = 0; i < 3; ++i) make_raster("in/" + std::to_string(i) + ".tif", 192, 3, 500000 + 192.0 * i);
  }
  RanksOutcome region(int ranks, const std::string& out, const std::string& more = "") const {
    return run_shell("cd " + folder_.string() + " && " + (ranks > 1 ? mpirun(ranks) : "") +
                     TERRAMASK_BIN_DIR + "/terramask region m.safetensors 'in/*.tif' -o " + out +
                     " --tile 64 --device cpu --threads 1 --workers 1 " + more);
  }
  std::map<std::string, std::size_t> tiles(const std::string& out) const {
    std::map<std::string, std::size_t> all;
    for (const auto& entry : fs::recursive_directory_iterator(path(out + "/tiles"))) {
      const std::string name = fs::relative(entry.path(), path(out)).string();
      if (entry.is_regular_file() && entry.path().extension() != ".json")
        all[name] = std::hash<std::string>()(read(out + "/" + name));
    }
    return all;
  }
};

TEST_F(RegionRanks, MakeTheSameTilesAsOneProcess) {
  const RanksOutcome one = region(1, "one");
  ASSERT_EQ(one.status, 0) << one.text;
  for (const int ranks : {2, 4}) {
    const std::string out = "of" + std::to_string(ranks);
    const RanksOutcome many = region(ranks, out);
    ASSERT_EQ(many.status, 0) << many.text;
    EXPECT_THAT(many.text, HasSubstr("27 tiles in " + out + ": 27 done now, 0 before, 0 failed"));
    EXPECT_EQ(tiles(out), tiles("one"));
    EXPECT_EQ(read(out + "/mask.vrt"), read("one/mask.vrt"));
  }
}

TEST_F(RegionRanks, CountWhatItTakesToHandTilesOut) {
  const RanksOutcome two = region(2, "out", "--json summary.json");
  ASSERT_EQ(two.status, 0) << two.text;
  EXPECT_THAT(two.text, ::testing::ContainsRegex("2 ranks waited [0-9.]+% of the time for tiles"));
  EXPECT_THAT(two.text, ::testing::ContainsRegex("to hand them out took [0-9.]+% of a core"));
  const auto summary = nlohmann::json::parse(read("summary.json"));
  EXPECT_EQ(summary.at("done"), 27);
  EXPECT_EQ(summary.at("complete"), true);
  ASSERT_EQ(summary.at("ranks").size(), 2U);
  double tiles = 0, spent = 0, waited = 0;
  for (const auto& rank : summary.at("ranks")) {
    const double of_rank = rank.at("seconds");
    EXPECT_GT(of_rank, 0);
    EXPECT_LE(of_rank, summary.at("seconds").get<double>() + 0.1);
    EXPECT_GT(rank.at("waited_seconds"), 0);
    EXPECT_LE(rank.at("waited_seconds").get<double>() + rank.at("waited_at_end_seconds").get<double>(),
              of_rank);
    tiles += rank.at("tiles").get<double>();
    spent += of_rank;
    waited += rank.at("waited_seconds").get<double>();
  }
  EXPECT_EQ(tiles, 27);
  EXPECT_NEAR(summary.at("waited_share"), waited / spent, 1e-9);
  EXPECT_GT(summary.at("handing_out").at("processor_seconds"), 0);
  EXPECT_GT(summary.at("handing_out").at("busy_seconds"), 0);
}

TEST_F(RegionRanks, NameWhatIsWrongOnceAndGoOn) {
  const std::string whole = read("in/1.tif");
  fs::resize_file(path("in/1.tif"), whole.size() * 3 / 4);
  const RanksOutcome bad = region(2, "out");
  EXPECT_EQ(bad.status, 1) << bad.text;
  EXPECT_THAT(bad.text, HasSubstr("1.tif"));
  write("in/1.tif", whole);
  const RanksOutcome again = region(2, "out");
  EXPECT_EQ(again.status, 2) << again.text;
  const std::string told = "out: holds a job already; continue it (--resume)";
  EXPECT_THAT(again.text, HasSubstr(told));
  EXPECT_EQ(again.text.find(told), again.text.rfind(told)) << again.text;
  const RanksOutcome resumed = region(2, "out", "--resume");
  EXPECT_EQ(resumed.status, 0) << resumed.text;
  EXPECT_EQ(region(1, "fresh").status, 0);
  EXPECT_EQ(tiles("out"), tiles("fresh"));
}

}  // namespace
}  // namespace terramask::tests
