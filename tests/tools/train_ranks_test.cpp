// Training by several ranks: what one rank would do with the batches of all, and nothing lost when one dies.
#include <signal.h>  // NOLINT: kill's numbers

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "mpirun.hpp"
#include "program.hpp"

namespace terramask {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using tests::RanksOutcome;

class TrainRanks : public tests::ProgramTest {
 protected:
  void SetUp() override {
    if (const std::string why = tests::no_mpirun(); !why.empty()) GTEST_SKIP() << why;
    ProgramTest::SetUp();
    const std::string town = std::string(TERRAMASK_SOURCE_DIR) + "/sample_data/";
    project_ = Json::parse(R"({"version": 1,
      "images": [{"id": "town", "stack": [{"path": ""}],
                  "labels": {"path": "", "map": {"5": "water", "0-4": "land"}}}],
      "classes": [{"value": 0, "name": "land", "color": "#808080"}, {"value": 1, "name": "water", "color": "#0000ff"}],
      "allow_missing": ["land", "water"], "split": {"block_m": 32},
      "network": {"architecture": "fcn", "width": 4, "fc": 16, "dropout": 0.5},
      "training": {"patch": 32, "epochs": 1, "workers": 1, "augment": {"flip": true, "rotation": 10}}})");
    project_["images"][0]["stack"][0]["path"] = town + "ortho.tif";
    project_["images"][0]["labels"]["path"] = town + "labels.tif";
  }

  /// A project file: batches of so many patches, an epoch of so many.
  std::string project(int batch, int samples) {
    project_["training"]["batch"] = batch;
    project_["training"]["samples"] = samples;
    std::string name = "batch" + std::to_string(batch) + ".json";
    write(name, project_.dump());
    return name;
  }

  std::string call(const std::string& arguments) const {
    return std::string(TERRAMASK_BIN_DIR) + "/terramask train --threads 1 " + arguments;
  }
  RanksOutcome train(int ranks, const std::string& arguments) const {
    return tests::run_shell("cd " + folder_.string() + " && " + (ranks > 1 ? tests::mpirun(ranks) : "") +
                            call(arguments));
  }

  /// The largest difference of a parameter.
  double difference(const std::string& a, const std::string& b) const {
    const Model one = load_model(path(a).string()), other = load_model(path(b).string());
    double largest = 0;
    for (const auto& [name, tensor] : one.parameters) {
      const auto x = std::as_const(*tensor).values<float>();
      const auto y = std::as_const(*other.parameters.at(name)).values<float>();
      for (std::size_t i = 0; i < x.size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(x[i]) - static_cast<double>(y[i])));
    }
    return largest;
  }

  Json project_;
};

TEST_F(TrainRanks, DoWhatOneRankDoesWithTheBatchesOfAll) {
  // 20 steps of 2 × 8 patches, dropout and augmentation included.
  project_["training"]["accumulate"] = 2;
  const RanksOutcome one = train(1, project(8, 320) + " -o one.safetensors");
  ASSERT_EQ(one.status, 0) << one.text;
  ASSERT_EQ(train(2, project(4, 320) + " -o two.safetensors").status, 0);
  ASSERT_EQ(train(4, project(2, 320) + " -o four.safetensors").status, 0);
  EXPECT_LT(difference("one.safetensors", "two.safetensors"), 1e-5);
  EXPECT_LT(difference("one.safetensors", "four.safetensors"), 1e-5);
  const Json provenance = Json::parse(load_model(path("four.safetensors").string()).info.provenance);
  EXPECT_EQ(provenance.at("steps"), 20);
  EXPECT_EQ(provenance.at("ranks"), 4);
  EXPECT_EQ(provenance.at("validation").at("accuracy"),
            Json::parse(load_model(path("one.safetensors").string()).info.provenance)
                .at("validation")
                .at("accuracy"));
  // Were the ranks' patches not those of the whole batch, it would show.
  ASSERT_EQ(train(1, project(4, 160) + " -o half.safetensors").status, 0);
  EXPECT_GT(difference("one.safetensors", "half.safetensors"), 1e-3);
}

TEST_F(TrainRanks, WithBatchNormsGiveTheSameBytesEveryTimeHoweverOftenTheyWereKilled) {
  project_["network"] = {{"architecture", "unet"}, {"width", 4}, {"depth", 2}};
  project_["training"]["epochs"] = 3;
  const std::string name = project(2, 32);
  const RanksOutcome straight = train(2, name + " -o straight.safetensors --checkpoint-minutes 0");
  ASSERT_EQ(straight.status, 0) << straight.text;
  const fs::path state = path("killed.training/last.safetensors");
  int kills = 0;
  for (int run = 0; run < 3; ++run) {
    // One of the two ranks is killed soon after the next checkpoint, of which there is one a step.
    const auto before = fs::exists(state) ? fs::last_write_time(state) : fs::file_time_type::min();
    std::thread killer([&] {
      for (int i = 0; i < 3000 && (!fs::exists(state) || fs::last_write_time(state) == before); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      // The one with this rank and folder.
      const std::string rank = "OMPI_COMM_WORLD_RANK=" + std::to_string(run % 2);
      for (const auto& process : fs::directory_iterator("/proc")) {
        std::error_code gone;
        const std::string pid = process.path().filename();
        if (fs::read_symlink(process.path() / "cwd", gone) != fs::canonical(folder_)) continue;
        std::ifstream file(process.path() / "environ", std::ios::binary);
        const std::string environment{std::istreambuf_iterator<char>(file), {}};
        if (environment.find(rank + '\0') != std::string::npos) ::kill(std::stoi(pid), SIGKILL);
      }
    });
    kills += train(2, name + " -o killed.safetensors --resume --checkpoint-minutes 0").status != 0 ? 1 : 0;
    killer.join();
  }
  EXPECT_GE(kills, 1);
  const RanksOutcome last = train(2, name + " -o killed.safetensors --resume --checkpoint-minutes 0");
  ASSERT_EQ(last.status, 0) << last.text;
  EXPECT_EQ(read("killed.safetensors"), read("straight.safetensors"));
}

TEST_F(TrainRanks, StopCleanlyWhenMpirunIsToldTo) {
  project_["training"]["epochs"] = 10000;
  const std::string name = project(2, 32);
  for (const char* signal : {"USR1", "TERM"}) {
    // mpirun hands USR1 on, and ends its ranks after TERM.
    const RanksOutcome outcome = tests::run_shell(
        "cd " + folder_.string() + "; (" + tests::mpirun(2) + call(name + " -o a.safetensors --resume") +
        "; echo status $?) & for i in $(seq 500); do sleep 0.02; [ -e a.training/curves.html ] && break; "
        "done; sleep 0.5; pkill -" +
        signal + " -f '(mpirun|prterun).*[b]atch2.json -o a.safetensors' -P $!; wait");
    // Open MPI 5 may end a rank that mpirun's end does not leave the time to say so.
    if (tests::mpirun_has_q() || std::string_view(signal) == "USR1") {
      EXPECT_NE(outcome.text.find("a.training/last.safetensors holds the state; --resume continues"),
                std::string::npos)
          << signal << ": " << outcome.text;
    }
    EXPECT_EQ(outcome.text.find("rank 1:"), std::string::npos) << outcome.text;
    EXPECT_EQ(outcome.text.find("status 0"), std::string::npos) << outcome.text;
    fs::remove(path("a.training/curves.html"));
  }
  const RanksOutcome resumed = train(2, name + " -o a.safetensors --resume --dry-run");
  EXPECT_EQ(resumed.status, 0) << resumed.text;
}

TEST_F(TrainRanks, MayBeResumedByAnotherNumberThatMakesTheSameSteps) {
  ASSERT_EQ(train(2, project(4, 32) + " -o a.safetensors --epochs 1").status, 0);
  const RanksOutcome other = train(4, project(4, 32) + " -o a.safetensors --resume --epochs 2");
  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.text.find("/training/batch: 8 then, 16 now; 2 ranks then, 4 now"), std::string::npos)
      << other.text;
  EXPECT_NE(other.text.find("start as many ranks as then"), std::string::npos) << other.text;
  fs::copy(path("batch4.json"), path("kept.json"));
  for (const int ranks : {4, 1}) {
    const RanksOutcome same = train(
        ranks, project(8 / ranks, 32) + " -o a.safetensors --resume --epochs " + std::to_string(6 - ranks));
    EXPECT_EQ(same.status, 0) << same.text;
    EXPECT_NE(same.text.find("may differ in the last digits"), std::string::npos) << same.text;
  }
}

TEST_F(TrainRanks, TellWhatIsWrongOnce) {
  const std::string name = project(2, 16);
  const auto once = [](const RanksOutcome& outcome, const std::string& part) {
    const std::size_t first = outcome.text.find(part);
    EXPECT_NE(first, std::string::npos) << part << " in: " << outcome.text;
    EXPECT_EQ(outcome.text.find(part, first + 1), std::string::npos) << outcome.text;
  };
  const RanksOutcome missing = train(2, "none.json -o a.safetensors");
  EXPECT_EQ(missing.status, 1);
  once(missing, "none.json");
  const RanksOutcome misspelt = train(2, name + " -o a.safetensors --epoch 3");
  EXPECT_EQ(misspelt.status, 2);
  once(misspelt, "unknown option --epoch;");
  const RanksOutcome exported = train(2, name + " --export batches");
  EXPECT_EQ(exported.status, 2);
  once(exported, "--export is the work of one process; start it without mpirun");
  // A rank that finds other data than rank 0.
  project_["training"]["seed"] = 5;
  write("other.json", project_.dump());
  // Open MPI 5.0.7 cannot start two programs at once (`mpirun -n 1 A : -n 1 B` crashes).
  write("either.sh", "if [ \"$OMPI_COMM_WORLD_RANK\" = 0 ]; then exec " + call(name + " -o b.safetensors") +
                         "; fi\nexec " + call("other.json -o b.safetensors") + "\n");
  const RanksOutcome differs =
      tests::run_shell("cd " + folder_.string() + " && " + tests::mpirun(2) + "sh either.sh");
  EXPECT_EQ(differs.status, 1) << differs.text;
  once(differs, "/training/seed: 1 then, 5 now");
}

}  // namespace
}  // namespace terramask
