#include "region/worker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <thread>

#include "core/process_limits.hpp"
#include "region/tile_task.hpp"

namespace terramask::region {
namespace {

constexpr std::int64_t kDefaultPatch = 1024;

/// The tiles in flight, and how they come and go.
class Flights {
 public:
  Flights(const RegionPlan& plan, const Model& model, Dispatcher& dispatcher, const WorkerOptions& options,
          const Footprint& footprint, std::int64_t patch)
      : plan_(plan),
        model_(model),
        dispatcher_(dispatcher),
        options_(options),
        footprint_(footprint),
        patch_(patch) {}

  /// Whoever is still in flight when the work ends was given up.
  ~Flights() {
    for (const auto& [task, tile] : flying_) {
      try {
        dispatcher_.released(tile);
      } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the journal then says "running"
      }
    }
  }
  Flights(const Flights&) = delete;
  Flights& operator=(const Flights&) = delete;

  std::optional<segment::Piece> next() {
    while (!current_ || current_->given_up() || piece_ == current_->tiles().size()) {
      const std::optional<JournalTile> tile = ask();
      if (!tile) return std::nullopt;
      current_ = std::make_shared<TileTask>(plan_, model_, *tile, options_.folder);
      current_->cut(footprint_, patch_);
      piece_ = 0;
      look_ahead();
      const std::lock_guard lock(mutex_);
      flying_.emplace_back(current_.get(), *tile);
    }
    return segment::Piece{current_, current_->tiles()[piece_++]};
  }

  void finish(segment::TileResult& result) {
    auto& task = static_cast<TileTask&>(*result.task);
    if (!task.add(result)) return;
    const JournalTile tile = task.finish(options_.stop);
    land(task);
    dispatcher_.done(tile);
  }

  bool failed(segment::SegmentTask& failing, const std::exception_ptr& thrown) {
    auto& task = static_cast<TileTask&>(failing);
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) return false;
      return told(task, error);
    } catch (const std::bad_alloc&) {
      return told(
          task, Error(ErrorCode::out_of_memory, "out of memory" + memory_limit_note(), "use a smaller tile"));
    } catch (const std::exception& error) {
      return told(task, Error(ErrorCode::internal, error.what()));
    }
  }

  const RegionRank& rank() const { return rank_; }

 private:
  /// What the tile's patches need of servers is asked for in the order in which they are read.
  void look_ahead() {
    try {
      for (const segment::Tile& tile : current_->tiles()) plan_.reader->advise(tile.patch);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): reading tells what is wrong
    }
  }

  /// Called by one thread at a time.
  std::optional<JournalTile> ask() {
    const auto start = std::chrono::steady_clock::now();
    std::optional<JournalTile> tile = dispatcher_.next();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    (tile ? rank_.waited : rank_.at_end) += seconds;
    if (tile) ++rank_.tiles;
    return tile;
  }

  /// Several patches of a tile may fail; the first one speaks for it.
  bool told(TileTask& task, const Error& error) {
    if (!task.give_up()) return true;
    land(task);
    return dispatcher_.failed(task.tile(), error);
  }

  void land(TileTask& task) {
    const std::lock_guard lock(mutex_);
    flying_.remove_if([&](const auto& one) { return one.first == &task; });
  }

  const RegionPlan& plan_;
  const Model& model_;
  Dispatcher& dispatcher_;
  const WorkerOptions& options_;
  const Footprint& footprint_;
  std::int64_t patch_;
  std::shared_ptr<TileTask> current_;
  std::size_t piece_ = 0;
  RegionRank rank_;
  std::mutex mutex_;
  std::list<std::pair<TileTask*, JournalTile>> flying_;
};

/// The tile whose patches are the largest.
JournalTile largest(const RegionPlan& plan) {
  return *std::max_element(plan.tiles.begin(), plan.tiles.end(), [](const auto& a, const auto& b) {
    return a.tile.window.width * a.tile.window.height < b.tile.window.width * b.tile.window.height;
  });
}

}  // namespace

Worker::Worker(std::shared_ptr<const Model> model, WorkerOptions options)
    : model_(std::move(model)), options_(std::move(options)) {
  runner_ = std::make_unique<segment::NetworkRunner>(model_, options_.executor);
}

std::size_t Worker::threads() const {
  return options_.workers > 0 ? static_cast<std::size_t>(options_.workers)
                              : std::max(1U, std::thread::hardware_concurrency());
}

std::int64_t Worker::fit(const RegionPlan& plan) {
  TileTask task(plan, *model_, largest(plan), options_.folder);
  return segment::fit_tile(task, *runner_, options_.patch > 0 ? options_.patch : kDefaultPatch);
}

SegmentEstimate Worker::estimate(const RegionPlan& plan) {
  TileTask task(plan, *model_, largest(plan), options_.folder);
  SegmentEstimate estimate;
  estimate.tile = segment::fit_tile(task, *runner_, options_.patch > 0 ? options_.patch : kDefaultPatch);
  const Window patch = task.largest_patch();
  const Plan network = runner_->plan(patch.height, patch.width, task.outputs(), task.grid(patch));
  double computed = 0;
  for (const segment::Tile& tile : task.tiles())
    computed += static_cast<double>(tile.patch.width) * static_cast<double>(tile.patch.height);
  estimate.working_grid = plan.reader->working_grid();
  estimate.output_grid = task.output_grid();
  estimate.resampled = plan.reader->resampled();
  estimate.patch = std::max(patch.width, patch.height);
  estimate.halo = footprint().halo;
  estimate.alignment = footprint().alignment;
  estimate.stride = footprint().stride;
  estimate.tiles = static_cast<std::int64_t>(task.tiles().size());
  estimate.flops =
      network.total_flops * computed / (static_cast<double>(patch.width) * static_cast<double>(patch.height));
  std::uint64_t staging = 0, outputs = 0;
  for (const Output& output : network.graph.outputs()) outputs += network.graph.type(output.value).bytes();
  for (const Value& value : network.graph.values())
    if (value.role == Role::input) staging += value.type.bytes();
  estimate.device_bytes = network.arena_bytes + network.parameter_bytes + 2 * (staging + outputs);
  const std::uint64_t in_flight = 3 * threads() + 2;
  estimate.host_bytes = in_flight * (staging + outputs) + 2 * network.parameter_bytes;
  return estimate;
}

WorkTimes Worker::run_once(const RegionPlan& plan, Dispatcher& dispatcher, std::int64_t patch) {
  {
    // The largest patch first: every other program shares its memory.
    TileTask task(plan, *model_, largest(plan), options_.folder);
    task.cut(footprint(), patch);
    const Window window = task.largest_patch();
    runner_->program(window.height, window.width, task.outputs(), task.grid(window));
  }
  dispatcher.give_up(false);
  Flights flights(plan, *model_, dispatcher, options_, footprint(), patch);
  const std::size_t count = threads();
  const segment::Stages stages{
      .next = [&] { return flights.next(); },
      .finish = [&](segment::TileResult& result) { flights.finish(result); },
      .failed = [&](segment::SegmentTask& job,
                    const std::exception_ptr& error) { return flights.failed(job, error); },
      // Tiles in flight will not end any more.
      .aborted = [&] { dispatcher.give_up(true); },
      .readers = count,
      // Who writes waits for the disk half of the time.
      .finishers = 2 * count};
  const segment::PipelineTimes times = segment::run_pipeline(stages, *model_, *runner_);
  WorkTimes all{times, flights.rank()};
  all.rank.seconds = times.seconds;
  return all;
}

WorkTimes Worker::run(const RegionPlan& plan, Dispatcher& dispatcher) {
  std::int64_t patch = fit(plan);
  bool reopened = false;
  for (;;) {
    try {
      return run_once(plan, dispatcher, patch);
    } catch (const Error& error) {
      const std::int64_t less = segment::smaller_tile(patch, footprint().alignment);
      const bool shrink = error.code() == ErrorCode::out_of_memory && less < patch;
      const bool again = error.code() == ErrorCode::device_lost && !reopened;
      if (!shrink && !again) throw;
      if (options_.log)
        options_.log(shrink
                         ? fmt::format("{}: took patches of {} instead of {}", error.message(), less, patch)
                         : error.message() + ": opened it once more");
      if (shrink) patch = less;
      reopened = reopened || again;
      runner_.reset();
      runner_ = std::make_unique<segment::NetworkRunner>(model_, options_.executor);
    }
  }
}

}  // namespace terramask::region
