// What a job would take.
#include <filesystem>

#include "region/folder.hpp"
#include "region/opened.hpp"
#include "region/paths.hpp"
#include "region/products.hpp"
#include "terramask/output.hpp"

namespace terramask {

using namespace region;  // NOLINT(google-build-using-namespace): the room's own parts
namespace fs = std::filesystem;

RegionEstimate estimate_region(const RegionJob& given, const RegionRun& run) {
  const RegionJob job = with_absolute_paths(given);
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
  Opened opened = open_job(job, run, file, known, nullptr);
  check_wanted(wanted_text(job), opened.plan.file, run.output, nullptr);
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

}  // namespace terramask
