// Who is handed which tiles, what the journal says of it meanwhile, and how waiting is counted.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "region/enum_names.hpp"
#include "region/journal_dispatcher.hpp"
#include "region/support.hpp"
#include "region/worker.hpp"

namespace terramask::tests {
namespace {

using region::JournalTile;

class RegionDispatch : public RegionTest {
 protected:
  /// `count` tiles in a row, pending.
  std::vector<JournalTile> tiles(std::int64_t count) const {
    std::vector<JournalTile> all(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      RegionTile& tile = all[static_cast<std::size_t>(i)].tile;
      tile.column = i;
      tile.window = {64 * i, 0, 64, 64};
      tile.status = TileStatus::pending;
    }
    return all;
  }
  /// "done 1, running 1, ..." as the journal has it.
  static std::string states(region::Journal& journal) {
    std::string text;
    for (const auto& [key, one] : journal.tiles())
      text += std::string(name_of(one.tile.status)) + " " + std::to_string(one.tile.runs) + ", ";
    return text;
  }
};

TEST_F(RegionDispatch, TheJournalKnowsOfTilesBeforeTheyAreAskedFor) {
  region::Journal journal(path("j.sqlite"), true);
  journal.set_tiles(tiles(5));
  {
    region::JournalDispatcher dispatcher(journal, tiles(5), {.ahead = 2});
    const JournalTile first = dispatcher.next().value();
    EXPECT_EQ(states(journal), "running 1, running 1, pending 0, pending 0, pending 0, ");
    dispatcher.done(first);
    EXPECT_EQ(states(journal), "done 1, running 1, running 1, pending 0, pending 0, ");
    const JournalTile second = dispatcher.next().value();
    EXPECT_EQ(second.tile.column, 1);
    dispatcher.released(second);
  }
  // What nobody was given has not run; what was given up has.
  EXPECT_EQ(states(journal), "done 1, pending 1, pending 0, pending 0, pending 0, ");
}

TEST_F(RegionDispatch, AllTilesAreHandedOutOnceAndFailedOnesAgain) {
  region::Journal journal(path("j.sqlite"), true);
  journal.set_tiles(tiles(4));
  region::JournalDispatcher dispatcher(journal, tiles(4), {.ahead = 3, .retries = 1});
  std::vector<std::int64_t> handed;
  while (const auto one = dispatcher.next()) {
    handed.push_back(one->tile.column);
    if (one->tile.column == 2)
      EXPECT_TRUE(dispatcher.failed(*one, Error(ErrorCode::format, "torn")));
    else
      dispatcher.done(*one);
  }
  EXPECT_EQ(handed, (std::vector<std::int64_t>{0, 1, 2, 3, 2}));
  EXPECT_EQ(states(journal), "done 1, done 1, failed 2, done 1, ");
  ASSERT_EQ(dispatcher.finished().size(), 4U);
}

TEST_F(RegionDispatch, WorkThatIsGivenUpWaitsForNoTileInFlight) {
  region::Journal journal(path("j.sqlite"), true);
  journal.set_tiles(tiles(1));
  region::JournalDispatcher dispatcher(journal, tiles(1), {});
  const JournalTile flying = dispatcher.next().value();
  std::jthread giver([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    dispatcher.give_up(true);
  });
  EXPECT_FALSE(dispatcher.next().has_value());
  dispatcher.released(flying);
}

/// Takes its time.
class Slow final : public region::Dispatcher {
 public:
  explicit Slow(std::vector<JournalTile> tiles) : tiles_(std::move(tiles)) {}
  std::optional<JournalTile> next() override {
    std::this_thread::sleep_for(pause);
    if (at_ == tiles_.size()) return std::nullopt;
    return tiles_[at_++];
  }
  void done(const JournalTile&) override {}
  bool failed(const JournalTile&, const Error&) override { return false; }
  void released(const JournalTile&) override {}

  static constexpr std::chrono::milliseconds pause{40};

 private:
  std::vector<JournalTile> tiles_;
  std::size_t at_ = 0;
};

TEST_F(RegionDispatch, WaitingForTilesIsCountedAndTheEndApart) {
  raster("a.tif", {.width = 192, .height = 64});
  const RegionJob wanted = job({"a.tif"}, linear("m.safetensors"));
  const auto model = std::make_shared<const Model>(load_model(wanted.model));
  const RegionRun how = run("out");
  region::Worker worker(model, {.folder = how.output, .workers = 1, .executor = how.executor});
  region::Inputs inputs =
      region::open_inputs(wanted, region::source_options(wanted, *model), how, {}, nullptr);
  const region::JobFile file = region::begin_job(wanted, *model, inputs);
  const region::RegionPlan plan =
      region::make_plan(wanted, *model, file, std::move(inputs), worker.footprint());
  ASSERT_EQ(plan.tiles.size(), 3U);
  Slow dispatcher(plan.tiles);
  const RegionRank rank = worker.run(plan, dispatcher).rank;
  EXPECT_EQ(rank.tiles, 3U);
  EXPECT_GE(rank.waited, 0.12);
  EXPECT_GE(rank.at_end, 0.04);
  EXPECT_GE(rank.seconds, rank.waited + rank.at_end);
}

}  // namespace
}  // namespace terramask::tests
