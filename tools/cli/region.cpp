// terramask region: any number of rasters and a model in, a grid of masks out, unattended.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "cli/messages.hpp"
#include "cli/ranks.hpp"
#include "cli/region_arguments.hpp"
#include "cli/region_report.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/command.hpp"
#include "core/counted.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/gdal.hpp"
#include "terramask/tiles.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kRegionFooter =
    R"(The job is a JSON file (schemas/job.schema.json), or a model and its sources on the command line:
rasters, folders, patterns in quotes, lists (@FILE), tile indexes of gdaltindex, VRTs, STAC items, names
of GDAL's drivers. Sources may overlap and differ in CRS; --priority chooses which one wins.

DIR/ gets tiles/ (a mask for each tile), mask.vrt (all of them as one raster), tiles.gpkg (status and cause
of each), collection.json (STAC) and journal.sqlite, from which a stopped or killed run continues.
A tile that fails does not end the job: it is listed with its cause, and the exit status is 1.

Examples:
  terramask region county.json -o county/
  terramask region -o county/ --resume
  terramask region roads.safetensors 'ortho/*.tif' -o county/ --cutline county.gpkg
  terramask region roads.safetensors 'ortho/*.tif' --tile 4096 --write-job county.json
  terramask region county.json -o county/ --shard 3/16    # and in the end:
  terramask region --finish -o county/
  mpirun -n 8 terramask region county.json -o county/     # ranks take tiles as they need them
)";

int outcome(const RegionArguments& a, const RegionRun& run, const RegionSummary& summary) {
  if (!a.verbosity.quiet) print_summary(run, summary);
  if (!a.json.empty()) write_report(a.json, without_secrets(summary_json(summary)), true);
  for (const RegionTile& tile : summary.failed)
    spdlog::error("tile r{:05}_c{:05} failed: {}", tile.row, tile.column, tile.cause);
  for (const std::string& fault : summary.faults) spdlog::error("{}", fault);
  if (summary.complete()) return 0;
  const std::size_t missing = summary.tiles - summary.done - summary.kept;
  spdlog::error("{} of {} missing; {}", missing, counted(summary.tiles, "tile"),
                counted(summary.faults.size(), "input or shard at fault", "inputs or shards at fault"));
  return 1;
}

int finish(const RegionArguments& a, const RegionRun& run) {
  ProgressBar bar("");
  const RegionSummary summary = finish_region(run.output, progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  return outcome(a, run, summary);
}

/// Tiles come and go in buffers of megabytes: memory that is given back and asked for again is memory that
/// the kernel must clear again.
void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
}

int region(const RegionArguments& a, Communicator& ranks) {
  const Verbosity verbosity = of_rank(a.verbosity, ranks);
  start_messages("terramask region", verbosity);
  keep_memory();
  configure_gdal(parse_bytes(a.cache, "--cache"));
  if (!a.job_file.empty()) {
    if (ranks.first()) write_job(a);
    return 0;
  }
  RegionRun run = make_run(a);
  check_arguments(a);
  if (!ranks.alone() && (a.finish || a.dry_run))
    throw Error(ErrorCode::usage, "--finish and --dry-run run as a single process", "run it without mpirun");
  run.executor = of_rank(run.executor, ranks);
  run.ranks = &ranks;
  if (a.finish) return finish(a, run);
  const RegionJob job = make_job(a);
  if (a.dry_run) {
    const RegionEstimate estimate = estimate_region(job, run);
    print_estimate(job, run, estimate);
    return estimate.faults.empty() ? 0 : 1;
  }
  ProgressBar bar("");
  run.log = [&bar](const std::string& text) {
    bar.finish();
    spdlog::info("{}", text);
  };
  const RegionSummary summary = run_region(job, run, progress_sink(verbosity, bar), &stop_flag());
  bar.finish();
  if (!ranks.first()) return 0;
  return outcome(a, run, summary);
}

}  // namespace

void region_options(CLI::App& app, std::function<int()>& run) {
  const auto arguments = std::make_shared<RegionArguments>();
  add_region_options(app, *arguments);
  app.footer(kRegionFooter);
  run = [arguments] {
    return on_ranks("terramask region", [&](Communicator& ranks) { return region(*arguments, ranks); });
  };
}

}  // namespace terramask::tools
