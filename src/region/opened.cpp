#include "region/opened.hpp"

#include <fmt/format.h>

#include <array>

#include "geo/base/creation_options.hpp"
#include "region/folder.hpp"
#include "region/held_job.hpp"

namespace terramask::region {
namespace {

void check_same(const std::string& folder, const Json& before, const Json& now) {
  const std::string text = differences(before, now);
  if (text.empty()) return;
  throw Error(ErrorCode::mismatch, fmt::format("{}: holds another job: {}", folder, text),
              "start over with `restart`, or name another folder");
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
  if (job.background_transparent) set_background_transparent(model.info.classes, *job.background_transparent);
  for (const std::string& warning : model.warnings) opened.warnings.push_back(model.path + ": " + warning);
  opened.model = std::make_shared<const Model>(std::move(model));
  if (job.threshold && !(*job.threshold > 0 && *job.threshold < 1))
    throw Error(ErrorCode::usage, fmt::format("a threshold of {}", *job.threshold),
                "choose one above 0 and below 1");
  // Else each tile would fail by them.
  constexpr std::array<std::string_view, 3> overviews{"MODE", "NEAREST", "NONE"};
  (void)geo::merge_creation_options({}, job.creation_options, overviews);
  if (job.threshold && opened.model->info.classes.size() != 2)
    throw Error(ErrorCode::usage, fmt::format("{}: has {} classes, a threshold needs two", job.model,
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
  const auto& of_region = opened.plan.region->warnings();
  opened.warnings.insert(opened.warnings.end(), of_region.begin(), of_region.end());
}

}  // namespace

Opened open_job(const RegionJob& job, const RegionRun& run, const std::optional<JobFile>& file,
                const std::vector<JournalSource>& known, const StopFlag* stop) {
  Opened opened;
  open_model(opened, job);
  if (file) check_same(run.output, file->description, describe_job(job, *opened.model));
  Inputs inputs = open_inputs(job, source_options(job, *opened.model), run, known, stop);
  JobFile held = file ? *file : begin_job(job, *opened.model, inputs);
  held.given = remembered(job);
  lay_out(opened, job, run, held, std::move(inputs), stop);
  return opened;
}

Opened open_as_told(const RegionJob& job, const RegionRun& run, const JobFile& file,
                    const std::vector<JournalSource>& sources, const StopFlag* stop) {
  Opened opened;
  open_model(opened, job);
  check_same(run.output, file.description, describe_job(job, *opened.model));
  lay_out(opened, job, run, file, reopen_inputs(job, source_options(job, *opened.model), sources, stop),
          stop);
  return opened;
}

void lay_out_as(Opened& opened, const RegionJob& job, const RegionRun& run, const JobFile& file,
                const StopFlag* stop) {
  check_same(run.output, file.description, describe_job(job, *opened.model));
  Inputs inputs = std::move(opened.plan.inputs);
  inputs.warnings.clear();  // told already
  lay_out(opened, job, run, file, std::move(inputs), stop);
}

std::vector<JournalTile> share_of(const std::vector<JournalTile>& tiles, const RegionRun& run) {
  std::vector<JournalTile> mine;
  for (std::size_t i = static_cast<std::size_t>(run.shard - 1); i < tiles.size();
       i += static_cast<std::size_t>(run.shards))
    mine.push_back(tiles[i]);
  return mine;
}

std::vector<JournalTile> reconcile(const std::string& folder, const std::map<TileKey, JournalTile>& before,
                                   bool probabilities, std::vector<JournalTile>& all) {
  std::vector<JournalTile> to_do, failed_before;
  for (JournalTile& one : all) {
    const auto known = before.find({one.tile.row, one.tile.column});
    if (known != before.end()) {
      const JournalTile& old = known->second;
      const bool same = old.tile.status == TileStatus::done && old.inputs == one.inputs &&
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

}  // namespace terramask::region
