#include "terramask/region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "region/folder.hpp"
#include "region/journal_dispatcher.hpp"
#include "region/opened.hpp"
#include "region/paths.hpp"
#include "region/products.hpp"
#include "region/ranks.hpp"
#include "region/totals.hpp"
#include "segment/segment_task.hpp"
#include "terramask/output.hpp"

namespace terramask {

using namespace region;  // NOLINT(google-build-using-namespace): the room's own parts
namespace fs = std::filesystem;

namespace {

/// Every rank lays out the same region: as rank 0 found it.
void share_plan(Communicator& ranks, const RegionPlan& plan) {
  std::string file = plan.file.text(), sources = to_bytes(plan.inputs.records);
  ranks.broadcast(file, 0);
  ranks.broadcast(sources, 0);
}

/// What a rank other than the first does.
void help(const RegionJob& job, const RegionRun& run, const StopFlag* stop) {
  Communicator& ranks = *run.ranks;
  std::string file, sources;
  ranks.broadcast(file, 0);
  ranks.broadcast(sources, 0);
  const Opened opened = open_as_told(job, run, JobFile::parse(file, run.output), sources_from(sources), stop);
  RankDispatcher dispatcher(ranks, 2 * opened.worker->threads() + 2, stop);
  dispatcher.finish(opened.worker->run(opened.plan, dispatcher));
}

/// @param all what the journal knows now
RegionSummary summarise(const JobFile& file, const std::vector<RegionTile>& finished,
                        const std::map<TileKey, JournalTile>& all) {
  RegionSummary summary;
  for (const RegionTile& tile : finished) {
    if (tile.status == TileStatus::failed)
      summary.failed.push_back(tile);
    else
      ++summary.done;
  }
  summary.this_run = totals_of(file.classes, finished);
  summary.region = totals_of(file.classes, all);
  return summary;
}

void warn_without_result(const Model& model, const RegionRun& run, const std::vector<RegionTile>& finished,
                         RegionSummary& summary) {
  std::uint64_t without = 0, tiles = 0;
  for (const RegionTile& tile : finished) {
    without += tile.without_result;
    tiles += tile.without_result > 0 ? 1 : 0;
  }
  if (without == 0) return;
  summary.warnings.push_back(
      segment::without_result_text(model, without, summary.this_run.valid_pixels,
                                   fmt::format("the region, in {} tile{}", tiles, tiles == 1 ? "" : "s")));
  if (run.log) run.log("warning: " + summary.warnings.back());
}

/// @param times of each rank, the first one's first
void add_times(const std::vector<WorkTimes>& times, RegionSummary& summary) {
  double seconds = 0, idle = 0;
  for (const WorkTimes& one : times) {
    summary.read_seconds += one.pipeline.read;
    summary.compute_seconds += one.pipeline.compute;
    summary.write_seconds += one.pipeline.write;
    seconds += one.pipeline.seconds;
    idle += one.pipeline.idle;
    summary.ranks.push_back(one.rank);
  }
  summary.device_idle = seconds > 0 ? idle / seconds : 0;
}

/// A tile failed for want of room: so would all others.
std::function<bool(const JournalTile&, const Error&)> full_disk(const RegionPlan& plan,
                                                                const std::string& folder) {
  return [&plan, folder](const JournalTile& one, const Error& error) {
    if (error.code() != ErrorCode::io) return false;
    const DiskEstimate disk =
        estimate_disk((fs::path(folder) / "tile.tif").string(), cut(plan.file.grid, one.tile.window),
                      plan.file.classes.size(), plan.job.probabilities, plan.job.probability_type);
    return disk.free_bytes < disk.peak_bytes;
  };
}

void drop_tiles(const std::string& folder, const std::map<TileKey, JournalTile>& before,
                const std::vector<JournalTile>& now) {
  std::map<TileKey, JournalTile> gone = before;
  for (const JournalTile& one : now) gone.erase({one.tile.row, one.tile.column});
  for (const auto& [key, one] : gone) remove_tile(folder, one.tile);
}

/// What the folder remembers of earlier runs.
struct Remembered {
  std::optional<JobFile> file;
  std::unique_ptr<Journal> journal;
  std::vector<JournalSource> sources;
  std::map<TileKey, JournalTile> tiles;
};

Remembered recall(JobFolder& folder, const RegionRun& run) {
  Remembered found{.file = folder.job(), .journal = {}, .sources = {}, .tiles = {}};
  if (found.file && folder.has_journal() && run.begin != RegionRun::Begin::restart) {
    found.journal = std::make_unique<Journal>(folder.journal(), false);
    found.sources = found.journal->sources();
    found.tiles = found.journal->tiles();
  }
  return found;
}

/// Makes the folder this job's. What can be refused has been: from here on the folder changes.
void claim(JobFolder& folder, const Remembered& before, const RegionJob& job, const RegionRun& run,
           Opened& opened, const StopFlag* stop) {
  if (!before.journal) folder.clear();
  if (!before.file) {
    const JobFile first = folder.make_job(opened.plan.file);
    if (first.text() != opened.plan.file.text()) lay_out_as(opened, job, run, first, stop);
  } else if (before.file->given != opened.plan.file.given) {
    folder.renew_job(opened.plan.file);
  }
}

void log_opened(const Opened& opened, const RegionRun& run) {
  if (!run.log) return;
  run.log(fmt::format("computing on {}", opened.worker->device_name()));
  for (const std::string& warning : opened.warnings) run.log("warning: " + warning);
  for (const std::string& fault : opened.plan.inputs.faults) run.log("source left out: " + fault);
}

void record(Journal& journal, const RegionPlan& plan, const std::string& wanted,
            const std::vector<JournalTile>& tiles) {
  journal.set_sources(plan.inputs.records);
  journal.set_meta("job", plan.file.description.dump());
  journal.set_meta("joined", plan.inputs.joined);
  journal.set_meta("tiles", std::to_string(plan.tiles.size()));
  journal.set_meta("wanted", wanted);
  journal.set_tiles(tiles);
}

/// What the ranks did.
struct Worked {
  std::vector<WorkTimes> times;
  RegionHandingOut handing_out;
};

Worked work_off(const RegionRun& run, const Opened& opened, JournalDispatcher& dispatcher, bool any) {
  Worked done;
  if (run.ranks == nullptr || run.ranks->alone()) {
    if (any) done.times.push_back(opened.worker->run(opened.plan, dispatcher));
    return done;
  }
  share_plan(*run.ranks, opened.plan);
  RankServer server(*run.ranks, dispatcher);
  done.times.push_back(opened.worker->run(opened.plan, dispatcher));
  server.finish();
  done.times.insert(done.times.end(), server.times().begin(), server.times().end());
  done.handing_out = server.effort();
  return done;
}

}  // namespace

RegionSummary run_region(const RegionJob& given, const RegionRun& run, const ProgressSink& progress,
                         const StopFlag* stop) {
  const RegionJob job = with_absolute_paths(given);
  if (run.ranks != nullptr && !run.ranks->first()) {
    help(job, run, stop);
    return {};
  }
  const bool alone = run.ranks == nullptr || run.ranks->alone();
  if (!alone && run.shards > 1)
    throw Error(ErrorCode::usage, "`shard` under mpirun: both share out the tiles", "leave one of them out");
  JobFolder folder(run);
  check_closed(run.output);
  Remembered before = recall(folder, run);
  Opened opened = open_job(job, run, before.file, before.sources, stop);
  const RegionPlan& plan = opened.plan;
  const std::string wanted = wanted_text(job);
  check_wanted(wanted, plan.file, run.output, stop);
  claim(folder, before, job, run, opened, stop);
  log_opened(opened, run);

  std::vector<JournalTile> all = share_of(plan.tiles, run);
  drop_tiles(run.output, before.tiles, all);
  std::vector<JournalTile> to_do = reconcile(run.output, before.tiles, job.probabilities, all);
  remove_leftovers(run.output, to_do);
  if (!before.journal) before.journal = std::make_unique<Journal>(folder.journal(), true);
  Journal& journal = *before.journal;
  record(journal, plan, wanted, all);

  const std::size_t count = to_do.size();
  if (count > 0) remove_wanted(run.output);
  const int ranks = alone ? 1 : run.ranks->size();
  JournalDispatcher dispatcher(journal, std::move(to_do),
                               {.ahead = opened.worker->threads() + static_cast<std::size_t>(ranks),
                                .retries = run.retries,
                                .stop_on_error = run.stop_on_error,
                                .disk_full = full_disk(plan, run.output),
                                .log = run.log,
                                .progress = progress,
                                .stop = stop});
  const auto start = std::chrono::steady_clock::now();
  const Worked worked = work_off(run, opened, dispatcher, count > 0);
  const std::map<TileKey, JournalTile> known_now = journal.tiles();
  RegionSummary summary = summarise(plan.file, dispatcher.finished(), known_now);
  summary.tiles = all.size();
  summary.kept = all.size() - count;
  summary.faults = plan.inputs.faults;
  summary.warnings = opened.warnings;
  warn_without_result(opened.worker->model(), run, dispatcher.finished(), summary);
  summary.handing_out = worked.handing_out;
  add_times(worked.times, summary);
  if (run.shards == 1) {
    const Tied tied{run.output, plan.file, known_now, plan.inputs.records, wanted};
    // Polygons with holes where tiles failed, and areas without them, would look like the truth.
    write_products(tied, summary.failed.empty(), progress, stop).add_to(summary);
  }
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace terramask
