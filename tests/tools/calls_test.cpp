// Help, versions, and the subcommands that only tell.
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/command.hpp"
#include "program.hpp"

namespace terramask::tests {
namespace {

class Calls : public ProgramTest {};

TEST_F(Calls, EverySubcommandHasHelpWithExamples) {
  const std::string all = terramask({"--help"}).out;
  for (const char* name : {
#define TERRAMASK_SUBCOMMAND(name, takes_rasters, help) #name,
#include "cli/subcommands.def"
#undef TERRAMASK_SUBCOMMAND
       }) {
    EXPECT_NE(all.find("\n  " + std::string(name) + " "), std::string::npos) << all;
    const Outcome outcome = terramask({name, "--help"});
    EXPECT_EQ(outcome.status, 0) << name;
    EXPECT_NE(outcome.out.find("Usage: terramask " + std::string(name)), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("Example"), std::string::npos) << outcome.out;
  }
  EXPECT_NE(terramask({"--help"}).out.find("Exit status"), std::string::npos);
  EXPECT_NE(bench({"--help"}).out.find("Exit status"), std::string::npos);
}

TEST_F(Calls, Versions) {
  EXPECT_EQ(terramask({"--version"}).out, "terramask " TERRAMASK_VERSION "\n");
  EXPECT_EQ(bench({"--version"}).out, "terramask-bench " TERRAMASK_VERSION "\n");
}

TEST_F(Calls, AMisspeltSubcommandIsToldWhatThereIs) {
  expect_error(terramask({"segmnt"}), 2, {"unknown subcommand segmnt; did you mean segment?"});
  expect_error(terramask({"nosuch", "--help"}), 2, {"unknown subcommand nosuch", "segment", "info"});
  EXPECT_EQ(terramask({}).status, 2);
}

TEST_F(Calls, DevicesAreListedAndOneIsMarked) {
  const auto devices = nlohmann::json::parse(terramask({"devices", "--json"}).out);
  ASSERT_FALSE(devices.empty());
  int marked = 0;
  for (const auto& device : devices) marked += device.at("auto") == true ? 1 : 0;
  EXPECT_EQ(marked, 1);
  const std::string table = terramask({"devices"}).out;
  EXPECT_TRUE(table.find("* vulkan:") != std::string::npos || table.find("* cpu") != std::string::npos)
      << table;
}

TEST_F(Calls, InfoTellsOfModelsAndRastersAndWhetherTheyFit) {
  make_model("model.safetensors");
  make_raster("image.tif");
  make_raster("gray.tif", 64, 1);
  const Outcome good = terramask({"info", "model.safetensors", "image.tif"});
  EXPECT_EQ(good.status, 0) << good.err;
  for (const char* word :
       {"unet", "road", "halo", "sha256", "EPSG:32633", "image.tif fits model.safetensors"})
    EXPECT_NE(good.out.find(word), std::string::npos) << good.out;
  const Outcome bad = terramask({"info", "--json", "model.safetensors", "image.tif", "gray.tif"});
  EXPECT_EQ(bad.status, 1);
  const auto json = nlohmann::json::parse(bad.out);
  EXPECT_EQ(json["models"][0]["network"]["architecture"], "unet");
  EXPECT_EQ(json["rasters"][0]["bands"][2]["name"], "blue");
  EXPECT_EQ(json["fits"][0]["fits"], true);
  EXPECT_EQ(json["fits"][1]["fits"], false);
  EXPECT_FALSE(json["fits"][1]["why_not"].empty());
  expect_error(terramask({"info", "nothing.tif"}), 1, {"nothing.tif", "no such file"});
}

TEST_F(Calls, InfoKnowsAMaskMadeByTerramask) {
  make_model("model.safetensors");
  make_raster("image.tif");
  ASSERT_EQ(terramask({"segment", "-q", "model.safetensors", "image.tif", "-o", "mask.tif"}).status, 0);
  std::filesystem::remove(path("mask.tif.aux.xml"));
  const Outcome outcome = terramask({"info", "mask.tif"});
  for (const char* word : {"made by Terramask", "1 road #ffd400", "model.safetensors", "nodata 255"})
    EXPECT_NE(outcome.out.find(word), std::string::npos) << outcome.out;
}

TEST_F(Calls, APlanIsPrinted) {
  make_model("model.safetensors");
  for (const std::vector<std::string>& device : {std::vector<std::string>{}, {"--device", "auto"}}) {
    std::vector<std::string> words{"info", "--plan", "model.safetensors", "--patch", "64"};
    words.insert(words.end(), device.begin(), device.end());
    const Outcome outcome = terramask(words);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    for (const char* word : {"conv2d", "FLOPs", "peak", "halo"})
      EXPECT_NE(outcome.out.find(word), std::string::npos) << outcome.out;
  }
  expect_error(terramask({"info", "--plan", "model.safetensors", "--patch", "63"}), 2,
               {"63", "multiple of 4"});
}

TEST_F(Calls, TheBenchPrintsALineAMeasurement) {
  const std::vector<std::string> common{"--width", "2",       "--depth", "2",         "--runs",
                                        "2",       "--patch", "32,64",   "--threads", "1"};
  const Outcome outcome = bench(common);
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  std::string line;
  std::vector<std::int64_t> patches;
  while (std::getline(lines, line)) {
    const auto json = nlohmann::json::parse(line);
    patches.push_back(json.at("patch"));
    for (const char* key : {"seconds", "megapixels_per_s", "gflop", "gflop_per_s", "peak_bytes"})
      EXPECT_GT(json.at(key).get<double>(), 0) << key;
    EXPECT_FALSE(json.at("kernels").empty());
  }
  EXPECT_EQ(patches, (std::vector<std::int64_t>{32, 64}));

  std::vector<std::string> words = common;
  words.push_back("--operators");
  EXPECT_NE(bench(words).out.find("\"operator\":\"conv2d\""), std::string::npos);
  words.back() = "--train";
  EXPECT_NE(bench(words).out.find("\"mode\":\"train\""), std::string::npos);
  expect_error(bench({"--patch", "33"}), 2, {"33", "multiple of 16"});
}

TEST(Numbers, BytesAreReadWithUnits) {
  EXPECT_EQ(tools::parse_bytes("512M", "-m"), std::uint64_t{512} << 20);
  EXPECT_EQ(tools::parse_bytes("2G", "-m"), std::uint64_t{2} << 30);
  EXPECT_EQ(tools::parse_bytes("1.5GiB", "-m"), std::uint64_t{3} << 29);
  EXPECT_EQ(tools::parse_bytes("4096", "-m"), 4096u);
  EXPECT_EQ(tools::parse_bytes("8kb", "-m"), 8192u);
  for (const char* text : {"", "G", "-1", "1X", "1MM", "nan", "1e30", "1 G"})
    EXPECT_THROW((void)tools::parse_bytes(text, "-m"), Error) << text;
}

TEST(Numbers, AreWrittenForPeople) {
  EXPECT_EQ(tools::bytes_text(12), "12 B");
  EXPECT_EQ(tools::bytes_text(12'345'678), "12.3 MB");
  EXPECT_EQ(tools::duration_text(125), "2 min 5 s");
  EXPECT_EQ(tools::duration_text(3 * 3600 + 600), "3 h 10 min");
}

}  // namespace
}  // namespace terramask::tests
