#include "terramask/region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "region/folder.hpp"
#include "region/journal_dispatcher.hpp"
#include "region/products.hpp"
#include "region/ranks.hpp"
#include "region/worker.hpp"

namespace terramask {

using namespace region;  // NOLINT(google-build-using-namespace): the room's own parts
namespace fs = std::filesystem;

namespace {

/// A job as far as it can be known without a tile: what every way to run it begins with.
struct Opened {
  std::shared_ptr<const Model> model;
  std::unique_ptr<Worker> worker;
  RegionPlan plan;
  std::map<TileKey, JournalTile> before;  ///< what the journal knows
  std::vector<std::string> warnings;
};

void check_same(const std::string& folder, const Json& before, const Json& now) {
  const std::string text = differences(before, now);
  if (text.empty()) return;
  throw Error(ErrorCode::mismatch, fmt::format("{}: holds another job: {}", folder, text),
              "begin anew with --restart, or name another folder");
}

/// The part of the tiles that this run answers for. Every n-th, so that shards take about as long.
std::vector<JournalTile> share_of(const std::vector<JournalTile>& tiles, const RegionRun& run) {
  std::vector<JournalTile> mine;
  for (std::size_t i = static_cast<std::size_t>(run.shard - 1); i < tiles.size();
       i += static_cast<std::size_t>(run.shards))
    mine.push_back(tiles[i]);
  return mine;
}

/// What is left to do, and, in `all`, every tile with what is known of it.
std::vector<JournalTile> reconcile(const std::string& folder, const std::map<TileKey, JournalTile>& before,
                                   bool probabilities, std::vector<JournalTile>& all) {
  std::vector<JournalTile> to_do, failed_before;
  for (JournalTile& one : all) {
    const auto known = before.find({one.tile.row, one.tile.column});
    if (known != before.end()) {
      const JournalTile& old = known->second;
      const bool same = old.tile.status == "done" && old.inputs == one.inputs &&
                        old.tile.window == one.tile.window && stands(folder, old, probabilities);
      if (same) {
        one = old;
        continue;
      }
      one.tile.runs = old.tile.runs;
      if (!old.tile.cause.empty()) {
        failed_before.push_back(one);
        continue;
      }
    }
    to_do.push_back(one);
  }
  // What failed before may fail again: it waits until all else is done.
  to_do.insert(to_do.end(), failed_before.begin(), failed_before.end());
  return to_do;
}

WorkerOptions worker_options(const RegionRun& run, const StopFlag* stop) {
  return {.folder = run.output,
          .patch = run.patch,
          .workers = run.workers > 0 || run.ranks == nullptr ? run.workers : run.ranks->fair_threads(),
          .executor = run.executor,
          .log = run.log,
          .stop = stop};
}

void open_model(Opened& opened, const RegionJob& job) {
  Model model = load_model(job.model);
  opened.warnings = model.warnings;
  opened.model = std::make_shared<const Model>(std::move(model));
  if (job.threshold && opened.model->info.classes.size() != 2)
    throw Error(ErrorCode::usage, fmt::format("{}: has {} classes, a threshold parts two", job.model,
                                              opened.model->info.classes.size()));
}

void lay_out(Opened& opened, const RegionJob& job, const RegionRun& run, const JobFile& file, Inputs inputs,
             const StopFlag* stop) {
  opened.worker = std::make_unique<Worker>(opened.model, worker_options(run, stop));
  opened.plan = make_plan(job, *opened.model, file, std::move(inputs), opened.worker->footprint());
  const auto& said = opened.plan.inputs.warnings;
  opened.warnings.insert(opened.warnings.end(), said.begin(), said.end());
  const auto& of_reader = opened.plan.reader->warnings();
  opened.warnings.insert(opened.warnings.end(), of_reader.begin(), of_reader.end());
}

/// @param file the job that the folder holds, to be gone on with; empty: one that begins
/// @param make turns a job that begins into the folder's; empty: nothing is made
Opened open(const RegionJob& job, const RegionRun& run, const std::optional<JobFile>& file,
            const std::vector<JournalSource>& known, const std::function<JobFile(const JobFile&)>& make,
            const StopFlag* stop) {
  Opened opened;
  open_model(opened, job);
  if (file) check_same(run.output, file->description, describe_job(job, *opened.model));
  Inputs inputs = open_inputs(job, source_options(job, *opened.model), run, known, stop);
  JobFile held = file ? *file : begin_job(job, *opened.model, inputs);
  if (!file && make) {
    held = make(held);
    check_same(run.output, held.description, describe_job(job, *opened.model));
  }
  lay_out(opened, job, run, held, std::move(inputs), stop);
  return opened;
}

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
  Opened opened;
  open_model(opened, job);
  const JobFile held = JobFile::parse(file, run.output);
  check_same(run.output, held.description, describe_job(job, *opened.model));
  lay_out(opened, job, run, held,
          reopen_inputs(job, source_options(job, *opened.model), sources_from(sources), stop), stop);
  RankDispatcher dispatcher(ranks, 2 * opened.worker->threads() + 2, stop);
  dispatcher.finish(opened.worker->run(opened.plan, dispatcher));
}

RegionSummary summarise(const JobFile& file, const std::vector<RegionTile>& finished) {
  RegionSummary summary;
  for (const ClassInfo& one : file.classes) summary.counts.emplace_back(one, 0);
  for (const RegionTile& tile : finished) {
    if (tile.status == "failed") {
      summary.failed.push_back(tile);
      continue;
    }
    ++summary.done;
    summary.pixels += tile.pixels;
    summary.valid_pixels += tile.valid;
    for (std::size_t i = 0; i < tile.counts.size() && i < summary.counts.size(); ++i)
      summary.counts[i].second += tile.counts[i];
    if (const auto size = ground_pixel_size(cut(file.grid, tile.window)))
      summary.square_metres += static_cast<double>(tile.valid) * size->x * size->y;
  }
  return summary;
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

/// What the folder holds at the start, by the way the run begins.
std::optional<JobFile> job_of(JobFolder& folder, const RegionRun& run) {
  using Begin = RegionRun::Begin;
  if (run.begin == Begin::restart && run.shards == 1) {
    folder.clear();
    return std::nullopt;
  }
  if (run.begin == Begin::restart) folder.clear();
  if (run.begin == Begin::fresh && folder.has_journal())
    throw Error(ErrorCode::exists, run.output + ": holds a job already",
                "go on with it (--resume), begin anew (--restart), or name another folder");
  const auto file = JobFile::read(run.output);
  if (run.begin == Begin::fresh && file && run.shards == 1)
    throw Error(ErrorCode::exists, run.output + ": holds a job in shards",
                "tie them together (--finish), begin anew (--restart), or name another folder");
  return file;
}

}  // namespace

RegionEstimate estimate_region(const RegionJob& job, const RegionRun& run) {
  std::optional<JobFile> file;
  std::vector<JournalSource> known;
  std::map<TileKey, JournalTile> before;
  const std::string path = run.shards == 1 ? (fs::path(run.output) / "journal.sqlite").string()
                                           : shard_journal(run.output, run.shard, run.shards);
  if (run.begin == RegionRun::Begin::resume && fs::exists(path)) {
    file = JobFile::read(run.output);
    Journal journal(path, false);
    known = journal.sources();
    before = journal.tiles();
  }
  Opened opened = open(job, run, file, known, {}, nullptr);
  std::vector<JournalTile> all = share_of(opened.plan.tiles, run);
  const std::vector<JournalTile> to_do = reconcile(run.output, before, job.probabilities, all);

  RegionEstimate estimate;
  estimate.grid = opened.plan.file.grid;
  estimate.window = opened.plan.file.window;
  estimate.sources = opened.plan.inputs.sources.size();
  estimate.tiles = all.size();
  estimate.to_do = to_do.size();
  estimate.faults = opened.plan.inputs.faults;
  estimate.warnings = opened.warnings;
  estimate.tile = opened.worker->estimate(opened.plan);
  const Grid& tile = estimate.tile.output_grid;
  const double largest = static_cast<double>(tile.width) * static_cast<double>(tile.height);
  for (const JournalTile& one : to_do) {
    const double pixels =
        static_cast<double>(one.tile.window.width) * static_cast<double>(one.tile.window.height);
    estimate.pixels += static_cast<std::uint64_t>(pixels);
    estimate.flops += estimate.tile.flops * pixels / largest;
  }
  // A tile's mask and what GDAL makes of it, for each tile in flight.
  const auto workers = static_cast<std::uint64_t>(run.workers > 0 ? run.workers : 2);
  estimate.host_bytes =
      estimate.tile.host_bytes + (2 * workers + 2) * static_cast<std::uint64_t>(6 * largest);
  std::error_code failed;
  fs::path beside = fs::absolute(run.output, failed);
  while (!fs::exists(beside, failed) && beside.has_parent_path() && beside != beside.parent_path())
    beside = beside.parent_path();
  const DiskEstimate one =
      estimate_disk((beside / "tile.tif").string(), tile, opened.plan.file.classes.size(), job.probabilities,
                    job.probability_type);
  estimate.disk.free_bytes = one.free_bytes;
  estimate.disk.peak_bytes = static_cast<std::uint64_t>(static_cast<double>(one.peak_bytes) *
                                                        static_cast<double>(estimate.pixels) / largest);
  return estimate;
}

RegionSummary run_region(const RegionJob& job, const RegionRun& run, const ProgressSink& progress,
                         const StopFlag* stop) {
  if (run.ranks != nullptr && !run.ranks->first()) {
    help(job, run, stop);
    return {};
  }
  const bool alone = run.ranks == nullptr || run.ranks->alone();
  if (!alone && run.shards > 1)
    throw Error(ErrorCode::usage, "--shard under mpirun: both share out the tiles", "leave one of them out");
  JobFolder folder(run);
  const std::optional<JobFile> file = job_of(folder, run);
  std::vector<JournalSource> known;
  std::map<TileKey, JournalTile> before;
  std::unique_ptr<Journal> journal;
  if (folder.has_journal()) {
    journal = std::make_unique<Journal>(folder.journal(), false);
    known = journal->sources();
    before = journal->tiles();
  }
  Opened opened = open(
      job, run, file, known,
      [&](const JobFile& wanted) {
        return JobFile::make(run.output, wanted, run.begin == RegionRun::Begin::restart && run.shards == 1);
      },
      stop);
  const RegionPlan& plan = opened.plan;
  if (run.log) {
    run.log(fmt::format("computing on {}", opened.worker->device_name()));
    for (const std::string& warning : opened.warnings) run.log("warning: " + warning);
    for (const std::string& fault : plan.inputs.faults) run.log("source left out: " + fault);
  }
  std::vector<JournalTile> all = share_of(plan.tiles, run);
  drop_tiles(run.output, before, all);
  std::vector<JournalTile> to_do = reconcile(run.output, before, job.probabilities, all);
  remove_leftovers(run.output, to_do);
  if (!journal) journal = std::make_unique<Journal>(folder.journal(), true);
  journal->set_sources(plan.inputs.records);
  journal->set_meta("job", plan.file.description.dump());
  journal->set_meta("tiles", std::to_string(plan.tiles.size()));
  journal->set_meta("wanted", wanted_text(job));
  journal->set_tiles(all);

  const std::size_t count = to_do.size();
  const int ranks = alone ? 1 : run.ranks->size();
  JournalDispatcher dispatcher(*journal, std::move(to_do),
                               {.ahead = opened.worker->threads() + static_cast<std::size_t>(ranks),
                                .retries = run.retries,
                                .stop_on_error = run.stop_on_error,
                                .disk_full = full_disk(plan, run.output),
                                .log = run.log,
                                .progress = progress,
                                .stop = stop});
  const auto start = std::chrono::steady_clock::now();
  std::vector<WorkTimes> times;
  RegionHandingOut handing_out;
  if (!alone) {
    share_plan(*run.ranks, plan);
    RankServer server(*run.ranks, dispatcher);
    times.push_back(opened.worker->run(plan, dispatcher));
    server.finish();
    times.insert(times.end(), server.times().begin(), server.times().end());
    handing_out = server.effort();
  } else if (count > 0) {
    times.push_back(opened.worker->run(plan, dispatcher));
  }
  RegionSummary summary = summarise(plan.file, dispatcher.finished());
  summary.tiles = all.size();
  summary.kept = all.size() - count;
  summary.faults = plan.inputs.faults;
  summary.warnings = opened.warnings;
  summary.handing_out = handing_out;
  add_times(times, summary);
  if (run.shards == 1)
    summary.products = write_products(run.output, plan.file, journal->tiles(), plan.inputs.records);
  // Polygons with holes where tiles failed, and areas without them, would look like the truth.
  if (run.shards == 1 && summary.failed.empty())
    for (std::string& product : write_wanted(run.output, wanted_text(job), job.probabilities, progress, stop))
      summary.products.push_back(std::move(product));
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace terramask
