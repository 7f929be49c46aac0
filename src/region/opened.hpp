// A job before its first tile: the common start of all ways to run it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "region/plan.hpp"
#include "region/worker.hpp"

namespace terramask::region {

struct Opened {
  std::shared_ptr<const Model> model;
  std::unique_ptr<Worker> worker;
  RegionPlan plan;
  std::vector<std::string> warnings;
};

/// @param file the job that the folder holds, to be gone on with; empty: one that begins
/// @param known the sources as an earlier run knew them
/// @throws Error mismatch where the folder holds another job, naming what differs; what its inputs throw
Opened open_job(const RegionJob& job, const RegionRun& run, const std::optional<JobFile>& file,
                const std::vector<JournalSource>& known, const StopFlag* stop);

/// The same, as another process has opened it.
Opened open_as_told(const RegionJob& job, const RegionRun& run, const JobFile& file,
                    const std::vector<JournalSource>& sources, const StopFlag* stop);

/// Lays the job out again, where another process came first with its grid.
void lay_out_as(Opened& opened, const RegionJob& job, const RegionRun& run, const JobFile& file,
                const StopFlag* stop);

/// The part of the tiles that this run answers for. Every n-th, so that shards take about as long.
std::vector<JournalTile> share_of(const std::vector<JournalTile>& tiles, const RegionRun& run);

/// The remaining tiles, and, in `all`, every tile with its state.
std::vector<JournalTile> reconcile(const std::string& folder, const std::map<TileKey, JournalTile>& before,
                                   bool probabilities, std::vector<JournalTile>& all);

}  // namespace terramask::region
