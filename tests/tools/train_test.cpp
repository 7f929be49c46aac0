// Training as a person would: killed at any moment, resumed, and the same model in the end.
#include <signal.h>  // NOLINT: kill's numbers

#include <chrono>
#include <random>
#include <thread>

#include "program.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;

class Train : public tests::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    const fs::path town = fs::path(TERRAMASK_SOURCE_DIR) / "sample_data";
    write("town.json", R"({"version": 1,
      "images": [{"id": "town", "stack": [{"path": ")" +
                           (town / "ortho.tif").string() + R"("}],
                  "labels": {"path": ")" +
                           (town / "labels.tif").string() + R"(", "map": {"5": "water", "0-4": "land"}}}],
      "classes": [{"value": 0, "name": "land", "color": "#808080"}, {"value": 1, "name": "water", "color": "#0000ff"}],
      "allow_missing": ["land", "water"], "split": {"block_m": 32},
      "network": {"width": 4, "depth": 2}, "training": {"patch": 32, "epochs": 3, "samples": 32}})");
  }
  std::vector<std::string> call(const std::string& model, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"train", "town.json", "-o", model, "--threads", "2", "--checkpoint-minutes",
                                 "0"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(Train, KilledTenTimesItGivesTheModelOfARunThatWasNot) {
  const tests::Outcome straight = terramask(call("straight.safetensors"));
  ASSERT_EQ(straight.status, 0) << straight.err;
  const fs::path state = path("killed.training/last.safetensors");
  std::mt19937 random(5);
  int kills = 0;
  for (int run = 0; run < 10; ++run) {
    // A moment after the next checkpoint, of which there is one a step.
    const auto before = fs::exists(state) ? fs::last_write_time(state) : fs::file_time_type::min();
    tests::Running training("terramask", call("killed.safetensors", {"--resume"}), folder_);
    for (int i = 0; i < 3000 && (!fs::exists(state) || fs::last_write_time(state) == before); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 10));
    training.send(SIGKILL);
    kills += training.wait().status == 128 + SIGKILL ? 1 : 0;
  }
  EXPECT_GE(kills, 1);
  const tests::Outcome last = terramask(call("killed.safetensors", {"--resume"}));
  ASSERT_EQ(last.status, 0) << last.err;
  EXPECT_EQ(read("killed.safetensors"), read("straight.safetensors"));
}

TEST_F(Train, AStopIsCleanAndSaysHowToGoOn) {
  tests::Running training("terramask", call("a.safetensors", {"--epochs", "10000"}), folder_);
  for (int i = 0; i < 1500 && !fs::exists(path("a.training/last.safetensors")); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  training.send(SIGTERM);
  const tests::Outcome outcome = training.wait();
  EXPECT_EQ(outcome.status, 128 + SIGTERM);
  EXPECT_NE(outcome.err.find("--resume continues from there"), std::string::npos) << outcome.err;
}

TEST_F(Train, DryRunTellsWhatItTakesAndLeavesNothing) {
  const std::set<std::string> before = files();
  const tests::Outcome outcome = terramask(call("a.safetensors", {"--dry-run"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  for (const char* part : {"images     1", "training", "memory", "32 patches, 8 steps", "an epoch"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << " in\n" << outcome.out;
  EXPECT_EQ(files(), before);
}

TEST_F(Train, WrongCallsAreToldBeforeTheFirstStep) {
  std::string odd = read("town.json");
  write("odd.json", odd.replace(odd.find("allow_missing"), 13, "alow_missing"));
  tests::expect_error(terramask({"train", "odd.json", "-o", "a.safetensors"}), 1,
                      {"odd.json", "alow_missing"});
  tests::expect_error(terramask({"train", "none.json", "-o", "a.safetensors"}), 1, {"none.json"});
  tests::expect_error(terramask({"train", "town.json", "-o", "a.tif"}), 2, {"a.tif", ".safetensors"});
  tests::expect_error(terramask(call("a.safetensors", {"--freeze", "nothing.*", "-q"})), 2, {"nothing.*"});
  tests::expect_error(terramask(call("a.safetensors", {"--resume", "--overwrite"})), 2,
                      {"--resume", "--overwrite"});
}

}  // namespace
}  // namespace terramask
