// terramask region from outside: jobs that are killed, stopped, starved and refused.
#include <gmock/gmock.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <thread>

#include "mpirun.hpp"
#include "program.hpp"

namespace terramask::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RegionProgram : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    make_model("m.safetensors");
    fs::create_directory(path("in"));
    for (int i = 0; i < 5; ++i) make_raster("in/" + std::to_string(i) + ".tif", 256, 3, 500000 + 256.0 * i);
    write("job.json", R"({"model": "m.safetensors", "sources": ["in/*.tif"], "grid": {"tile": 64}})");
  }
  std::vector<std::string> call(const std::string& out, std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"region", "job.json", "-o", out, "--device", "cpu", "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::map<std::string, std::string> tiles(const std::string& out) const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(path(out + "/tiles"))) {
      const std::string name = fs::relative(entry.path(), path(out)).string();
      if (entry.is_regular_file() && entry.path().extension() != ".json") all[name] = read(out + "/" + name);
    }
    return all;
  }
  void expect_same_tiles(const std::string& a, const std::string& b) const {
    const auto first = tiles(a), second = tiles(b);
    EXPECT_EQ(first.size(), second.size());
    for (const auto& [name, bytes] : first) {
      const auto found = second.find(name);
      if (found == second.end())
        ADD_FAILURE() << name << " is missing";
      else
        EXPECT_TRUE(found->second == bytes) << name << " differs";
    }
  }
};

TEST_F(RegionProgram, WhatItPrintsNamesOptionsAndWhatItKeepsNamesSettings) {
  for (int i = 2; i < 5; ++i) fs::remove(path("in/" + std::to_string(i) + ".tif"));
  ASSERT_EQ(terramask(call("out")).status, 0);
  fs::remove(path("in/1.tif"));
  const std::string fault = "1.tif: gone since the job began; bring it back, or go on without it ";
  const Outcome outcome = terramask(call("out", {"--resume", "--json", "s.json"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr(fault + "(--drop-missing)\n"));
  EXPECT_THAT(nlohmann::json::parse(read("s.json")).at("faults").at(0).get<std::string>(),
              ::testing::EndsWith(fault + "(--drop-missing)"));
  EXPECT_NE(read("out/journal.sqlite").find(fault + "(`drop_missing`)"), std::string::npos);
  EXPECT_THAT(terramask({"region", "--finish", "-o", "out"}).err, HasSubstr(fault + "(--drop-missing)\n"));
  EXPECT_THAT(terramask(call("out", {"--resume", "--dry-run"})).out, HasSubstr(fault + "(--drop-missing)\n"));
}

TEST_F(RegionProgram, KilledThreeTimesItEndsAsOneThatWasNot) {
  Outcome whole = terramask(call("whole"));
  ASSERT_EQ(whole.status, 0) << whole.err;
  EXPECT_THAT(whole.out, HasSubstr("80 tiles in whole: 80 done now, 0 before, 0 failed"));
  EXPECT_THAT(whole.out, HasSubstr("device idle"));
  std::mt19937 random(7);
  int killed = 0;
  for (int i = 0; i < 3; ++i) {
    const Running running("terramask", call("killed", {"--resume"}), folder_);
    // So many tiles further, whatever the machine's speed.
    const auto done = [&] {
      std::size_t count = 0;
      std::error_code gone;
      for (fs::recursive_directory_iterator at(path("killed/tiles"), gone), end; at != end;
           at.increment(gone))
        if (at->path().extension() == ".tif" && at->path().string().find(".part-") == std::string::npos)
          ++count;
      return count;
    };
    const std::size_t wanted = done() + 5 + random() % 10;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (done() < wanted && std::chrono::steady_clock::now() < limit)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    running.send(SIGKILL);
    if (const_cast<Running&>(running).wait().status == 128 + SIGKILL) ++killed;
  }
  EXPECT_EQ(killed, 3);
  const Outcome last = terramask(call("killed", {"--resume"}));
  ASSERT_EQ(last.status, 0) << last.err;
  std::smatch found;
  ASSERT_TRUE(
      std::regex_search(last.out, found, std::regex("80 tiles in killed: (\\d+) done now, (\\d+) before")));
  EXPECT_GE(std::stoi(found[2]), 15);
  expect_same_tiles("whole", "killed");
  for (const std::string& name : files()) EXPECT_EQ(name.find(".part-"), std::string::npos) << name;
}

TEST_F(RegionProgram, IsStoppedCleanlyBySigterm) {
  const Running running("terramask", call("out"), folder_);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(path("out/tiles")) && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  running.send(SIGTERM);
  const Outcome stopped = const_cast<Running&>(running).wait();
  EXPECT_EQ(stopped.status, 128 + SIGTERM) << stopped.err;
  for (const std::string& name : files()) EXPECT_EQ(name.find(".part-"), std::string::npos) << name;
  EXPECT_EQ(terramask(call("out")).status, 2);
  EXPECT_EQ(terramask(call("out", {"--resume"})).status, 0);
}

TEST_F(RegionProgram, TwoAtOnceInOneFolderAreOneTooMany) {
  const Running running("terramask", call("out"), folder_);
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(path("out/journal.sqlite")) && std::chrono::steady_clock::now() < limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const RanksOutcome second = run_shell("cd '" + folder_.string() + "' && " + TERRAMASK_BIN_DIR +
                                        "/terramask region job.json -o out --resume --device cpu");
  EXPECT_EQ(second.status, 2);
  EXPECT_EQ(second.text,
            "terramask region: out: another run is at work in it; wait until it has ended, or name another "
            "folder\n");
  const Outcome first = const_cast<Running&>(running).wait();
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(first.err.find("failed"), std::string::npos) << first.err;
}

TEST_F(RegionProgram, NamesWhatIsWrong) {
  ASSERT_EQ(terramask(call("out")).status, 0);
  expect_error(terramask(call("out")), 2, {"out: holds a job already", "--resume", "--restart"});
  make_model("m.safetensors", 3);
  expect_error(terramask(call("out", {"--resume"})), 1,
               {"out: holds another job: model.sha256: was", "--restart"});
  expect_error(terramask(call("out", {"--tile", "128"})), 2,
               {"--tile beside job.json", "write it into the job"});
  expect_error(terramask(call("new", {"--shard", "0/3"})), 2, {"--shard 0/3", "count from 1"});
  write("job.json", R"({"model": "m.safetensors", "sources": ["in/*.tif"], "gird": {}})");
  expect_error(terramask(call("new")), 1, {"job.json: gird: unknown key", "grid"});
  EXPECT_FALSE(fs::exists(path("new")));
}

TEST_F(RegionProgram, RefusesBeforeAnyTileWhatWouldSpoilThemAll) {
  const auto flags = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{"region", "m.safetensors", "in/0.tif", "-o", "new", "--device", "cpu"};
    all.insert(all.end(), more.begin(), more.end());
    return terramask(all);
  };
  expect_error(flags({"--co", "FOO=1"}), 2, {"FOO=1", "COG"});
  expect_error(flags({"--co", "COMPRESS=JPEG"}), 2, {"COMPRESS=JPEG", "lossy"});
  expect_error(flags({"--threshold", "5"}), 2, {"a threshold of 5"});
  expect_error(flags({"--grid-pixel-size", "1e-7"}), 1, {"pixels of 1e-07", "another pixel size"});
  expect_error(flags({"--json", "none/s.json"}), 1, {"none/s.json", "does not exist"});
  expect_error(flags({"--json", "in/0.tif"}), 2, {"in/0.tif", "also an input"});
  fs::create_directory(path("folder.json"));
  expect_error(terramask({"region", "folder.json", "-o", "new"}), 1, {"folder.json: a folder"});
  write("empty.json", "");
  expect_error(terramask({"region", "empty.json", "-o", "new"}), 1, {"empty.json: empty"});
  EXPECT_FALSE(fs::exists(path("new")));  // nothing came of it

  ASSERT_EQ(terramask(call("out")).status, 0);
  const std::vector<std::string> finish{"region", "--finish", "-o", "out"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), finish.begin(), finish.end());
    return terramask(more);
  };
  expect_error(with({"job.json"}), 2, {"job.json beside --finish"});
  expect_error(with({"--threshold", "0.3"}), 2, {"--threshold beside --finish"});
  for (const auto& more :
       std::vector<std::vector<std::string>>{{"--resume"}, {"--restart"}, {"--shard", "1/2"}, {"--dry-run"}})
    expect_error(with(more), 2, {more.front(), "--finish"});
  EXPECT_EQ(with({}).status, 0);
  ASSERT_EQ(terramask(call("shards", {"--shard", "1/2"})).status, 0);
  expect_error(terramask(call("shards", {"--shard", "1/3"})), 2, {"holds shards of 2, not of 3"});
}

TEST_F(RegionProgram, ProductsCanBeNamedOnTheCommandLine) {
  write("zones.geojson", R"({"type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}},
    "features": [{"type": "Feature", "properties": {"name": "west"}, "geometry": {"type": "Polygon", "coordinates":
      [[[500010, 4999910], [500110, 4999910], [500110, 4999990], [500010, 4999990], [500010, 4999910]]]}}]})");
  const auto flags = [&](const std::string& out, const std::vector<std::string>& more) {
    std::vector<std::string> all{"region", "m.safetensors", "in/0.tif", "-o",     out,  "--device",
                                 "cpu",    "--threads",     "1",        "--tile", "128"};
    all.insert(all.end(), more.begin(), more.end());
    return terramask(all);
  };
  const std::vector<std::string> products{"--probability-type",
                                          "byte",
                                          "--vectorize",
                                          "--simplify",
                                          "1px",
                                          "--min-area",
                                          "9px",
                                          "--zones",
                                          "zones.geojson",
                                          "--zones-layer",
                                          "zones",
                                          "--zones-id",
                                          "name"};
  const Outcome made = flags("flags", products);
  ASSERT_EQ(made.status, 0) << made.err;
  for (const char* file : {"probabilities.vrt", "polygons.gpkg", "zones.csv", "zones.gpkg"}) {
    EXPECT_TRUE(fs::exists(path("flags") / file)) << file;
    EXPECT_THAT(made.out, HasSubstr(file));
  }
  EXPECT_THAT(read("flags/zones.csv"), HasSubstr("west"));
  write("job.json", R"({"model": "m.safetensors", "sources": ["in/0.tif"], "grid": {"tile": 128}, "products":
    {"probabilities": "byte", "polygons": {"simplify": "1px", "min_area": "9px"},
     "zones": {"path": "zones.geojson", "layer": "zones", "id": "name"}}})");
  ASSERT_EQ(terramask(call("file")).status, 0);
  EXPECT_EQ(read("flags/zones.csv"), read("file/zones.csv"));
  EXPECT_EQ(read("flags/job.json"), read("file/job.json"));

  expect_error(flags("a", {"--vectorize", "--min-area", "wide"}), 2, {"--min-area wide: not a measure"});
  EXPECT_EQ(flags("a", {"--simplify", "1px"}).status, 2);
  EXPECT_EQ(flags("a", {"--zones-id", "name"}).status, 2);
  expect_error(terramask(call("a", {"--zones", "zones.geojson"})), 2, {"--zones beside job.json"});
  expect_error(terramask(call("a", {"--vectorize"})), 2, {"--vectorize beside job.json"});
  EXPECT_FALSE(fs::exists(path("a")));
  // Before any tile, by name.
  expect_error(flags("b", {"--zones", "none.gpkg"}), 1, {"none.gpkg"});
  expect_error(flags("b", {"--zones", "zones.geojson", "--zones-id", "colour"}), 1,
               {"zones.geojson", "colour", "name"});
  expect_error(flags("b", {"--zones", "zones.geojson", "--zones-id", "colour", "--dry-run"}), 1, {"colour"});
  write("torn.gpkg", std::string(4000, 'x'));
  expect_error(flags("b", {"--zones", "torn.gpkg"}), 1, {"torn.gpkg"});
  EXPECT_FALSE(fs::exists(path("b/tiles")));
}

TEST_F(RegionProgram, GoesOnFromAnotherFolder) {
  fs::create_directory(path("elsewhere"));
  ASSERT_EQ(terramask(call("out")).status, 0);
  const auto there = [&](const std::vector<std::string>& arguments) {
    return Running("terramask", arguments, path("elsewhere")).wait();
  };
  const Outcome again =
      there({"region", "../job.json", "-o", "../out", "--resume", "--device", "cpu", "--threads", "1"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("80 tiles in ../out: 0 done now, 80 before, 0 failed"));
}

TEST_F(RegionProgram, ADryRunSaysWhatItWouldTakeAndMakesNothing) {
  const auto before = files();
  const Outcome dry = terramask(call("out", {"--dry-run"}));
  EXPECT_EQ(dry.status, 0) << dry.err;
  for (const char* part :
       {"sources       5", "tiles         80 of 64 x 64 pixels, 80 to be done", "memory", "disk", "time"})
    EXPECT_THAT(dry.out, HasSubstr(part));
  EXPECT_EQ(files(), before);
}

TEST_F(RegionProgram, ShardsOfTheExamplesMakeOneJob) {
  ASSERT_EQ(terramask(call("one")).status, 0);
  const fs::path script = fs::path(TERRAMASK_SOURCE_DIR) / "tools" / "cluster" / "slurm.sh";
  const std::string common = "PATH=" + std::string(TERRAMASK_BIN_DIR) +
                             ":$PATH JOB=job.json OUT=three OPTIONS='--device cpu --threads 1' ";
  const auto shell = [&](const std::string& line) {
    return std::system(("cd '" + folder_.string() + "' && " + common + line + " > /dev/null 2>&1").c_str());
  };
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(shell("SLURM_ARRAY_TASK_ID=" + std::to_string(i) +
                    " SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_COUNT=3 bash '" + script.string() + "'"),
              0);
  ASSERT_EQ(shell("bash '" + script.string() + "' finish"), 0);
  expect_same_tiles("one", "three");
  EXPECT_EQ(read("one/mask.vrt"), read("three/mask.vrt"));
}

/// tools/cluster/kubernetes.yaml, run without a cluster: its containers' commands, in the environment that an
/// indexed job would give them.
class RegionKubernetes : public RegionProgram {
 protected:
  void SetUp() override {
    if (std::system("python3 -c 'import yaml' > /dev/null 2>&1") != 0)
      GTEST_SKIP() << "there is no PyYAML (package python3-yaml)";
    RegionProgram::SetUp();
    const fs::path file = fs::path(TERRAMASK_SOURCE_DIR) / "tools" / "cluster" / "kubernetes.yaml";
    write("read.py",
          "import json, sys, yaml\n"
          "json.dump(list(yaml.safe_load_all(open(sys.argv[1]))), open(sys.argv[2], 'w'))\n");
    const RanksOutcome read_it = run_shell("python3 '" + path("read.py").string() + "' '" + file.string() +
                                           "' '" + path("jobs.json").string() + "'");
    ASSERT_EQ(read_it.status, 0) << read_it.text;
    jobs_ = nlohmann::json::parse(read("jobs.json"));
    ASSERT_EQ(jobs_.size(), 2U);
  }
  static const nlohmann::json& container(const nlohmann::json& job) {
    return job.at("spec").at("template").at("spec").at("containers").at(0);
  }
  static std::string value(const nlohmann::json& of, const std::string& name) {
    for (const auto& one : of.at("env"))
      if (one.at("name") == name) return one.at("value");
    return "not there";
  }
  /// @param environment "NAME=VALUE", in place of what the file says or the cluster would
  RanksOutcome execute(const nlohmann::json& of, const std::vector<std::string>& environment) const {
    std::string line = "cd '" + folder_.string() + "' && env PATH=" + TERRAMASK_BIN_DIR + ":\"$PATH\"";
    for (const std::string& one : environment) line += " '" + one + "'";
    for (const std::string& word : of.at("command").get<std::vector<std::string>>()) {
      EXPECT_EQ(word.find('\''), std::string::npos);
      line += " '" + word + "'";
    }
    return run_shell(line);
  }

  nlohmann::json jobs_;
};

TEST_F(RegionKubernetes, IndexesOfTheExampleMakeOneJob) {
  const nlohmann::json& tiles = jobs_[0];
  const nlohmann::json& spec = tiles.at("spec");
  for (const auto& job : jobs_) {
    EXPECT_EQ(job.at("apiVersion"), "batch/v1");
    EXPECT_EQ(job.at("kind"), "Job");
    // What the comment's `kubectl apply -l` tells them apart by.
    EXPECT_EQ(job.at("metadata").at("labels").at("step"), &job == &jobs_[0] ? "tiles" : "finish");
    for (const auto& mount : container(job).at("volumeMounts"))
      EXPECT_EQ(mount.at("name"), job.at("spec").at("template").at("spec").at("volumes").at(0).at("name"));
  }
  EXPECT_EQ(spec.at("completionMode"), "Indexed");
  EXPECT_EQ(std::to_string(spec.at("completions").get<int>()), value(container(tiles), "SHARDS"));
  EXPECT_EQ(value(container(tiles), "OUT"), value(container(jobs_[1]), "OUT"));
  for (const char* name : {"JOB", "OUT", "OPTIONS"}) EXPECT_NE(value(container(tiles), name), "not there");

  ASSERT_EQ(terramask(call("one")).status, 0);
  const std::vector<std::string> common{"JOB=job.json", "OUT=three", "SHARDS=3",
                                        "OPTIONS=--device cpu --threads 1"};
  for (const int index : {2, 0, 1}) {
    std::vector<std::string> environment = common;
    environment.push_back("JOB_COMPLETION_INDEX=" + std::to_string(index));
    const RanksOutcome done = execute(container(tiles), environment);
    ASSERT_EQ(done.status, 0) << done.text;
  }
  const RanksOutcome finished = execute(container(jobs_[1]), {"OUT=three"});
  ASSERT_EQ(finished.status, 0) << finished.text;
  expect_same_tiles("one", "three");
  EXPECT_EQ(read("one/mask.vrt"), read("three/mask.vrt"));
}

}  // namespace
}  // namespace terramask::tests
