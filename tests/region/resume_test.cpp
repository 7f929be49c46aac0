// What a job does again, what it does not, and what it refuses.
#include <gmock/gmock.h>

#include "region/journal.hpp"
#include "region/lock.hpp"
#include "region/support.hpp"

namespace terramask::tests {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::function<void()>& work, ErrorCode code) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

class RegionResume : public RegionTest {
 protected:
  void SetUp() override {
    RegionTest::SetUp();
    raster("west.tif", {.width = 128, .height = 64});
    raster("east.tif", {.width = 128, .height = 64, .x = 500128});
    model_ = linear("m.safetensors");
    job_ = job({"west.tif", "east.tif"}, model_);  // four tiles
  }
  std::vector<std::int64_t> runs(const std::string& output) const {
    std::vector<std::int64_t> all;
    for (const auto& [key, one] : region::Journal(path(output) + "/journal.sqlite", false).tiles())
      all.push_back(one.tile.runs);
    return all;
  }
  RegionSummary go(const RegionRun& how) const { return run_region(job_, how, {}, nullptr); }

  std::string model_;
  RegionJob job_;
};

TEST_F(RegionResume, DoesOnlyWhatIsMissingOrWhoseInputChanged) {
  EXPECT_EQ(go(run("out")).done, 4U);
  EXPECT_EQ(go(resumed("out")).done, 0U);
  EXPECT_EQ(runs("out"), (std::vector<std::int64_t>{1, 1, 1, 1}));

  fs::remove(path("out/tiles/r00000/r00000_c00001.tif"));
  EXPECT_EQ(go(resumed("out")).done, 1U);
  EXPECT_EQ(runs("out"), (std::vector<std::int64_t>{1, 2, 1, 1}));

  raster("east.tif",
         {.width = 128, .height = 64, .x = 500128, .value = [](int, double, double) { return 9; }});
  const RegionSummary changed = go(resumed("out"));
  // A tile beside the source may see it too.
  EXPECT_GE(changed.done, 2U);
  EXPECT_EQ(runs("out")[0], 1);
  go(run("fresh"));
  EXPECT_EQ(files("out"), files("fresh"));
}

TEST_F(RegionResume, TheFolderKnowsItsJob) {
  EXPECT_EQ(held_model(path("out")), "");
  EXPECT_THAT(message_of([&] { (void)held_region_job(path("out")); }, ErrorCode::not_found),
              HasSubstr("no such folder"));
  job_.polygons.emplace();
  job_.datetime = "2024";
  go(run("out"));
  EXPECT_EQ(held_model(path("out")), "m.safetensors");
  const RegionJob held = held_region_job(path("out"));
  EXPECT_EQ(held.sources[1].path, path("east.tif"));
  EXPECT_EQ(held.datetime, "2024");
  EXPECT_TRUE(held.polygons.has_value());
  fs::remove(path("out/tiles/r00000/r00000_c00001.tif"));
  EXPECT_EQ(run_region(held, resumed("out"), {}, nullptr).done, 1U);
}

TEST_F(RegionResume, AnotherJournalIsRefusedByName) {
  go(run("out"));
  sqlite::Database(path("out/journal.sqlite"), {.mode = sqlite::Mode::write}).run("PRAGMA user_version = 1");
  EXPECT_THAT(message_of([&] { go(resumed("out")); }, ErrorCode::format),
              HasSubstr("journal.sqlite: the journal of another version"));
  EXPECT_THAT(message_of([&] { finish_region(path("out"), {}, nullptr); }, ErrorCode::format),
              HasSubstr("another version"));
}

TEST_F(RegionResume, ASummaryIsOfAllTilesThatAreDone) {
  const RegionSummary first = go(run("out"));
  EXPECT_EQ(first.region.pixels, 256U * 64);
  EXPECT_NEAR(first.region.square_metres, 256 * 64 * 1.0008, 3);  // UTM's scale, squared
  fs::remove(path("out/tiles/r00000/r00000_c00001.tif"));
  const auto same = [&](const RegionSummary& other) {
    EXPECT_EQ(other.region.pixels, first.region.pixels);
    EXPECT_EQ(other.region.square_metres, first.region.square_metres);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_EQ(other.region.classes[i].pixels, first.region.classes[i].pixels);
  };
  const RegionSummary resumed_run = go(resumed("out"));
  same(resumed_run);
  EXPECT_EQ(resumed_run.this_run.pixels, 64U * 64);
  const RegionSummary nothing = go(resumed("out"));
  same(nothing);
  EXPECT_EQ(nothing.this_run.pixels, 0U);
  same(finish_region(path("out"), {}, nullptr));
}

TEST_F(RegionResume, AChangedFileThatIsJoinedToEachSourceIsAnInputToo) {
  raster("joined.tif", {.width = 256, .height = 64});
  job_.raster.paths = {path("joined.tif")};
  job_.raster.band_override = {"1", "2", "6"};
  EXPECT_EQ(go(run("out")).done, 4U);
  EXPECT_EQ(go(resumed("out")).done, 0U);
  raster("joined.tif", {.width = 256, .height = 64, .value = [](int, double, double) { return 250; }});
  EXPECT_EQ(go(resumed("out")).done, 4U);
  go(run("fresh"));
  EXPECT_EQ(files("out"), files("fresh"));
}

TEST_F(RegionResume, ByContentATouchedFileIsTheSame) {
  RegionRun by_content = run("out");
  by_content.content_fingerprint = true;
  go(by_content);
  fs::last_write_time(path("west.tif"), fs::file_time_type::clock::now());
  by_content.begin = RegionRun::Begin::resume;
  EXPECT_EQ(go(by_content).done, 0U);
  EXPECT_GE(go(resumed("out")).done, 4U);  // another way to tell: all inputs count as changed
}

TEST_F(RegionResume, RefusesAFolderThatHoldsAJob) {
  go(run("out"));
  EXPECT_THAT(message_of([&] { go(run("out")); }, ErrorCode::exists), HasSubstr("`resume`"));
}

TEST_F(RegionResume, RefusesAJournalOfAnotherModelAndSaysWhatChanged) {
  go(run("out"));
  const auto before = files("out");
  job_.model = linear("other.safetensors", 1);
  unet("other.safetensors");
  job_.tile = 128;
  const std::string said = message_of([&] { go(resumed("out")); }, ErrorCode::mismatch);
  EXPECT_THAT(said, HasSubstr("model.sha256: was "));
  EXPECT_THAT(said, HasSubstr("grid.tile: was 64, is 128"));
  EXPECT_THAT(said, HasSubstr("`restart`"));
  EXPECT_EQ(files("out"), before);
  RegionRun anew = run("out");
  anew.begin = RegionRun::Begin::restart;
  EXPECT_EQ(go(anew).done, 2U);
  go(run("fresh"));
  EXPECT_EQ(files("out"), files("fresh"));
}

TEST_F(RegionResume, RefusesASecondRunInTheFolder) {
  go(run("out"));
  const region::FolderLock first(path("out"), ".lock", region::FolderLock::Kind::alone);
  EXPECT_THAT(message_of([&] { go(resumed("out")); }, ErrorCode::exists),
              HasSubstr("another run is at work in it"));
}

TEST_F(RegionResume, NamesADamagedInputAndDoesTheRest) {
  const std::string whole = bytes(path("east.tif"));
  fs::resize_file(path("east.tif"), fs::file_size(path("east.tif")) * 3 / 4);
  const RegionSummary summary = go(run("out"));
  EXPECT_FALSE(summary.complete());
  ASSERT_FALSE(summary.failed.empty() && summary.faults.empty());
  for (const RegionTile& tile : summary.failed) EXPECT_THAT(tile.cause, HasSubstr("east.tif"));
  EXPECT_GE(summary.done, 1U);

  std::ofstream(path("east.tif"), std::ios::binary) << whole;
  EXPECT_TRUE(go(resumed("out")).complete());
  go(run("fresh"));
  EXPECT_EQ(files("out"), files("fresh"));
}

TEST_F(RegionResume, KeepsWhatWasDoneFromASourceThatIsGone) {
  go(run("out"));
  const auto before = files("out");
  fs::rename(path("east.tif"), path("elsewhere"));
  fs::remove(path("out/tiles/r00000/r00000_c00003.tif"));
  const RegionSummary gone = go(resumed("out"));
  EXPECT_EQ(gone.kept, 3U);
  ASSERT_EQ(gone.failed.size(), 1U);
  EXPECT_THAT(gone.failed[0].cause, HasSubstr("east.tif"));
  fs::rename(path("elsewhere"), path("east.tif"));
  EXPECT_EQ(go(resumed("out")).done, 1U);
  EXPECT_EQ(files("out"), before);

  fs::remove(path("east.tif"));
  RegionRun without = resumed("out");
  without.drop_missing = true;
  EXPECT_TRUE(go(without).complete());
  EXPECT_FALSE(fs::exists(path("out/tiles/r00000/r00000_c00003.tif")));
}

TEST_F(RegionResume, ThreeShardsFinishedAreOneJob) {
  job_.tile = 64;
  go(run("one"));
  for (int shard = 3; shard >= 1; --shard) {
    if (shard == 1) {
      const RegionSummary early = finish_region(path("three"), {}, nullptr);
      EXPECT_FALSE(early.complete());
      ASSERT_EQ(early.faults.size(), 1U);
      EXPECT_THAT(early.faults[0], HasSubstr("shard 1/3"));
    }
    RegionRun part = run("three");
    part.shard = shard;
    part.shards = 3;
    go(part);
  }
  const RegionSummary summary = finish_region(path("three"), {}, nullptr);
  EXPECT_TRUE(summary.complete());
  EXPECT_EQ(summary.kept, 4U);
  EXPECT_EQ(files("one"), files("three"));
  auto collection = bytes(path("three/collection.json"));
  for (std::size_t at; (at = collection.find("\"three\"")) != std::string::npos;)
    collection.replace(at, 7, "\"one\"");
  EXPECT_EQ(collection, bytes(path("one/collection.json")));
  EXPECT_EQ(go(resumed("three")).done, 0U);
}

TEST_F(RegionResume, SourcesWithoutACrsAreNamedUnlessOneIsAssigned) {
  raster("east.tif", {.width = 128, .height = 64, .x = 500128, .crs = ""});
  const RegionSummary without = go(run("without"));
  ASSERT_EQ(without.faults.size(), 1U);
  EXPECT_THAT(without.faults[0], HasSubstr("east.tif: it has no coordinate reference system"));
  EXPECT_EQ(without.done, 2U);
  RegionRun strict = run("strict");
  strict.stop_on_error = true;
  EXPECT_THAT(message_of([&] { go(strict); }, ErrorCode::mismatch), HasSubstr("`crs`"));
  job_.raster.crs = "EPSG:32633";
  EXPECT_TRUE(go(run("assigned")).complete());
}

TEST_F(RegionResume, WhatABeginningRefusesIsNotKept) {
  go(run("out"));
  const auto before = files("out");
  RegionRun anew = run("out");
  anew.begin = RegionRun::Begin::restart;
  const RegionJob good = job_;
  job_.model = path("none.safetensors");
  message_of([&] { go(anew); }, ErrorCode::not_found);
  job_ = good;
  job_.zones = RegionZones{path("none.gpkg"), "", ""};
  EXPECT_THAT(message_of([&] { go(anew); }, ErrorCode::not_found), HasSubstr("none.gpkg"));
  EXPECT_EQ(files("out"), before);
  // Nothing came of a run that was refused: another one may begin in its folder.
  message_of([&] { go(run("new")); }, ErrorCode::not_found);
  EXPECT_FALSE(fs::exists(path("new/tiles")));
  job_ = good;
  job_.tile = 128;
  EXPECT_TRUE(go(run("new")).complete());
}

TEST_F(RegionResume, TilesWithoutAJournalAreNotTrusted) {
  go(run("out"));
  fs::remove(path("out/journal.sqlite"));
  std::ofstream(path("out/tiles/r00000/notes.txt")) << "mine";
  EXPECT_THAT(message_of([&] { go(resumed("out")); }, ErrorCode::exists), HasSubstr("no journal"));
  job_.sources.pop_back();
  RegionRun anew = run("out");
  anew.begin = RegionRun::Begin::restart;
  EXPECT_EQ(go(anew).done, 2U);
  EXPECT_FALSE(fs::exists(path("out/tiles/r00000/r00000_c00003.tif")));
  EXPECT_TRUE(fs::exists(path("out/tiles/r00000/notes.txt")));

  go(run("other"));
  fs::remove(path("other/job.json"));
  EXPECT_THAT(message_of([&] { go(resumed("other")); }, ErrorCode::not_found), HasSubstr("job.json is gone"));
}

TEST_F(RegionResume, ShardsThatBeginAnewAreOfTheNewJob) {
  const auto share = [&](int shard, RegionRun::Begin begin) {
    RegionRun part = run("out");
    part.shard = shard;
    part.shards = 2;
    part.begin = begin;
    return go(part);
  };
  using Begin = RegionRun::Begin;
  for (const int shard : {1, 2}) share(shard, Begin::fresh);
  EXPECT_THAT(message_of([&] { go(resumed("out")); }, ErrorCode::exists), HasSubstr("`finish`"));
  job_.threshold = 0.4;
  EXPECT_THAT(message_of([&] { share(1, Begin::resume); }, ErrorCode::mismatch), HasSubstr("threshold"));
  share(1, Begin::restart);
  EXPECT_THAT(message_of([&] { finish_region(path("out"), {}, nullptr); }, ErrorCode::mismatch),
              HasSubstr("00002-of-00002"));
  share(2, Begin::restart);
  EXPECT_TRUE(finish_region(path("out"), {}, nullptr).complete());
  go(run("one"));
  EXPECT_EQ(files("out"), files("one"));
}

TEST_F(RegionResume, PolygonsOfOtherTilesDoNotStay) {
  job_.polygons.emplace();
  go(run("out"));
  EXPECT_TRUE(fs::exists(path("out/polygons.gpkg")));
  fs::rename(path("east.tif"), path("elsewhere"));
  fs::remove(path("out/tiles/r00000/r00000_c00003.tif"));
  EXPECT_FALSE(go(resumed("out")).complete());
  EXPECT_FALSE(fs::exists(path("out/polygons.gpkg")));
  fs::rename(path("elsewhere"), path("east.tif"));
  EXPECT_TRUE(go(resumed("out")).complete());
  EXPECT_TRUE(fs::exists(path("out/polygons.gpkg")));
}

TEST_F(RegionResume, AnEmptyRegionIsRefused) {
  job_.bounds = {400000, 5000000, 400100, 5000100};
  EXPECT_THAT(message_of([&] { go(run("a")); }, ErrorCode::mismatch), HasSubstr("nothing in common"));
  job_.bounds.reset();
  job_.sources = {{.path = path("none*.tif")}};
  EXPECT_THAT(message_of([&] { go(run("b")); }, ErrorCode::not_found), HasSubstr("no file matches"));
}

TEST_F(RegionResume, AStopLeavesNothingHalfDone) {
  StopFlag stop;
  int reports = 0;
  const ProgressSink after_one = [&](const Progress&) {
    if (++reports == 1) stop.request();
  };
  RegionRun one = run("out");
  one.workers = 1;
  message_of([&] { run_region(job_, one, after_one, &stop); }, ErrorCode::cancelled);
  for (const auto& entry : fs::recursive_directory_iterator(path("out/tiles")))
    EXPECT_EQ(entry.path().filename().string().find(".part-"), std::string::npos) << entry.path();
  EXPECT_TRUE(go(resumed("out")).complete());
  go(run("fresh"));
  EXPECT_EQ(files("out"), files("fresh"));
}

}  // namespace
}  // namespace terramask::tests
