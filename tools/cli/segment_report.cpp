#include "cli/segment_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bench/bench_measure.hpp"
#include "common/command.hpp"
#include "common/printing.hpp"

namespace terramask::tools {
std::string grid_text(const Grid& grid) {
  std::string text = fmt::format("{} x {} pixels", grid.width, grid.height);
  if (const auto size = ground_pixel_size(grid))
    text += fmt::format(" of {:.4g} x {:.4g} m", size->x, size->y);
  return text;
}

std::string area_text(double square_metres) {
  if (square_metres < 1e4) return fmt::format("{:.0f} m2", square_metres);
  if (square_metres < 1e8) return fmt::format("{:.2f} ha", square_metres / 1e4);
  return fmt::format("{:.2f} km2", square_metres / 1e6);
}

std::optional<double> measure_speed(const Model& model, const ExecutorOptions& options) {
  try {
    BenchCase bench;
    bench.network = model.info.network;
    bench.runs = 1;
    const std::int64_t stride = total_stride(bench.network);
    bench.patch = (256 + stride - 1) / stride * stride;
    const auto executor = make_executor(options);
    const Measurement measured = measure(*executor, bench);
    return measured.flops / std::max(1e-9, median(measured.seconds));
  } catch (const Error&) {
    return std::nullopt;
  }
}

void print_estimate(const SegmentRequest& request, const SegmentEstimate& e,
                    std::optional<double> flops_per_second) {
  say("{} -> {}\n", request.name, request.options.output);
  say("  computed on   {}{}\n", grid_text(e.working_grid), e.resampled ? " (resampled)" : "");
  say("  written on    {}\n", grid_text(e.output_grid));
  say("  tiles         {} of {} x {}, patches of up to {} x {}\n", e.tiles, e.tile, e.tile, e.patch, e.patch);
  say("  network       halo {}, alignment {}, stride {}\n", e.halo, e.alignment, e.stride);
  say("  work          {}FLOP, {:.2f} x that of one pass without tiles\n", count_text(e.flops),
      e.work_factor);
  say("  memory        {} on the device, about {} in the program\n", bytes_text(e.device_bytes),
      bytes_text(e.host_bytes));
  say("  disk          {} at most while it is written, {} free\n", bytes_text(e.disk.peak_bytes),
      bytes_text(e.disk.free_bytes));
  if (flops_per_second)
    say("  time          about {} ({}FLOP/s, measured on one small patch)\n",
        duration_text(e.flops / *flops_per_second), count_text(*flops_per_second));
}

void print_summary(const SegmentRequest& request, const SegmentEstimate& estimate, const SegmentSummary& s) {
  const double seconds = std::max(1e-9, s.seconds);
  say("{}\n", request.options.output);
  if (!request.options.probabilities.empty()) say("{}\n", request.options.probabilities);
  say("  {} x {} pixels, {:.1f}% valid; {} ({:.3g} Mpx/s)\n", estimate.output_grid.width,
      estimate.output_grid.height, percent_of(s.valid_pixels, s.pixels), duration_text(s.seconds),
      static_cast<double>(s.pixels) * 1e-6 / seconds);
  const auto pixel = ground_pixel_size(estimate.output_grid);
  std::size_t width = 0;
  for (const auto& [info, count] : s.counts) width = std::max(width, info.name.size());
  for (const auto& [info, count] : s.counts) {
    say("  {:>5} {:<{}} {:5.1f}%", info.value, info.name, width, percent_of(count, s.valid_pixels));
    // The areas in the mask's attribute table are exact; these take the pixel at the centre for all.
    if (pixel) say("  about {}", area_text(static_cast<double>(count) * pixel->x * pixel->y));
    say("\n");
  }
  say("  read {}, computed {}, wrote {}; device idle {:.0f}% of the time; {} tile{} of {} x {}\n",
      duration_text(s.read_seconds), duration_text(s.compute_seconds), duration_text(s.write_seconds),
      100 * s.device_idle, s.tiles, s.tiles == 1 ? "" : "s", s.tile, s.tile);
}

}  // namespace terramask::tools
