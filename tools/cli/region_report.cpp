#include "cli/region_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/segment_report.hpp"
#include "common/command.hpp"
#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "core/counted.hpp"

namespace terramask::tools {
namespace {

/// What all tiles that are done show, whichever run did them.
void print_region(const RegionRun& run, const RegionSummary& s) {
  const RegionTotals& all = s.region;
  say("  {}{}: {:.1f} Mpx, {:.1f}% valid{}\n", run.shards == 1 ? "whole region" : "whole shard",
      s.done + s.kept == s.tiles ? "" : fmt::format(", {} of {} tiles", s.done + s.kept, s.tiles),
      static_cast<double>(all.pixels) * 1e-6, percent_of(all.valid_pixels, all.pixels),
      all.has_areas ? ", " + area_text(all.square_metres) : "");
  std::size_t width = 0;
  for (const RegionClass& one : all.classes) width = std::max(width, one.info.name.size());
  // A test's few pixels are to be seen, and a county's columns to be read.
  const int digits = all.square_metres < 1e6 ? 4 : 1;
  for (const RegionClass& one : all.classes)
    say("  {:>5} {:<{}} {:5.1f}%{}\n", one.info.value, one.info.name, width,
        percent_of(one.pixels, all.valid_pixels),
        all.has_areas ? fmt::format("  {:>12.{}f} ha", one.square_metres * 1e-4, digits) : "");
}

/// What it took to share the tiles out.
void print_ranks(const RegionSummary& s) {
  double seconds = 0, at_end = 0, most = 0;
  for (const RegionRank& rank : s.ranks) {
    seconds += rank.seconds;
    at_end += rank.at_end;
    most = std::max(most, rank.seconds > 0 ? rank.waited / rank.seconds : 0);
  }
  if (seconds <= 0) return;
  say("  {} ranks waited {:.2f}% of the time for tiles (the most of one: {:.2f}%) and {:.1f}% at the end, "
      "while the last were done; to hand them out took {:.2f}% of a core\n",
      s.ranks.size(), 100 * waited_share(s), 100 * most, 100 * at_end / seconds,
      100 * s.handing_out.processor / std::max(1e-9, s.ranks.front().seconds));
}

}  // namespace

double waited_share(const RegionSummary& s) {
  double seconds = 0, waited = 0;
  for (const RegionRank& rank : s.ranks) {
    seconds += rank.seconds;
    waited += rank.waited;
  }
  return seconds > 0 ? waited / seconds : 0;
}

void print_estimate(const RegionJob& job, const RegionRun& run, const RegionEstimate& e) {
  say("{} -> {}\n", job.model, run.output);
  for (const std::string& fault : e.faults) say("  cannot be used  {}\n", with_options(fault));
  for (const std::string& warning : e.warnings) say("  warning       {}\n", with_options(warning));
  say("  sources       {}\n", e.sources);
  say("  grid          {} x {} pixels, of which {} x {} are wanted\n", e.grid.width, e.grid.height,
      e.window.width, e.window.height);
  if (const auto size = ground_pixel_size(cut(e.grid, e.window)))
    say("  pixels        {:.4g} x {:.4g} m{}\n", size->x, size->y,
        e.tile.resampled ? ", the network sees another size" : "");
  say("  tiles         {} of {} x {} pixels, {} to be done ({:.1f} Mpx)\n", e.tiles, job.tile, job.tile,
      e.to_do, static_cast<double>(e.pixels) * 1e-6);
  say("  network       {} patches of up to {} x {} in a tile; halo {}, alignment {}\n", e.tile.tiles,
      e.tile.patch, e.tile.patch, e.tile.halo, e.tile.alignment);
  say("  work          {}FLOP\n", count_text(e.flops));
  say("  memory        {} on the device, about {} in the program\n", bytes_text(e.tile.device_bytes),
      bytes_text(e.host_bytes));
  say("  disk          {} at most if nothing compresses, {} free\n", bytes_text(e.disk.peak_bytes),
      bytes_text(e.disk.free_bytes));
  if (e.to_do == 0) return;
  const auto speed = measure_speed(load_model(job.model), run.executor);
  if (speed)
    say("  time          about {} for the network ({}FLOP/s, measured on one small patch)\n",
        duration_text(e.flops / *speed), count_text(*speed));
}

void print_summary(const RegionRun& run, const RegionSummary& s) {
  for (const std::string& product : s.products) say("{}\n", product);
  say("  {} in {}: {} done now, {} before, {} failed\n", counted(s.tiles, "tile"), run.output, s.done, s.kept,
      s.failed.size());
  if (s.region.pixels > 0) print_region(run, s);
  if (s.done == 0) return;
  const double seconds = std::max(1e-9, s.seconds),
               megapixels = static_cast<double>(s.this_run.pixels) * 1e-6;
  say("  this run: {:.1f} Mpx in {} ({:.3g} Mpx/s", megapixels, duration_text(s.seconds),
      megapixels / seconds);
  if (s.this_run.has_areas) say(", {:.4g} km2/h", s.this_run.square_metres * 1e-6 * 3600 / seconds);
  say(")\n  read {}, computed {}, wrote {} (all threads together); device idle {:.0f}% of the time\n",
      duration_text(s.read_seconds), duration_text(s.compute_seconds), duration_text(s.write_seconds),
      100 * s.device_idle);
  if (s.ranks.size() > 1) print_ranks(s);
}

}  // namespace terramask::tools
