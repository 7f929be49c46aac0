// terramask labels: training labels from maps, by rules; and whether labels lie on what they name.
#include "terramask/labels.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>

#include "cli/labels_check.hpp"
#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/segment_report.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "core/counted.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tools {
namespace {

struct LabelsArguments {
  LabelsOptions options;
  std::vector<std::string> sources;
  std::string memory = "512M";
  std::string cache = "128M";
  bool dry_run = false;
  LabelsCheckArguments check;
  Verbosity verbosity;
};

int check_labels(const LabelsArguments& a) {
  if (!a.options.rules.empty() || !a.options.burns.empty())
    throw Error(ErrorCode::usage,
                (a.options.rules.empty() ? "--burn" : a.options.rules) +
                    ": --check and --align take existing labels, not rules",
                "make the labels first");
  return run_labels_check(a.check, {.like = a.options.like,
                                    .crs = a.options.crs,
                                    .output = a.options.output,
                                    .creation_options = a.options.creation_options,
                                    .overwrite = a.options.overwrite,
                                    .verbosity = a.verbosity});
}

void parse_sources(LabelsArguments& a) {
  for (const std::string& text : a.sources) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
      throw Error(ErrorCode::usage, "--source " + text + ": not a source and its file",
                  "write it as NAME=FILE");
    a.options.source_paths.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
}

void print_estimate(const LabelsArguments& a, const LabelsEstimate& e) {
  say("{} -> {}\n", a.options.like, a.options.output);
  say("  grid     {}\n", grid_text(e.grid));
  for (const std::string& source : e.sources) say("  source   {}\n", source);
  for (const std::string& rule : e.rules) say("  {}\n", rule);
  say("  disk     {} at most while it is written, {} free\n", bytes_text(e.disk.peak_bytes),
      bytes_text(e.disk.free_bytes));
  say("  scratch  {} at most, {} free\n", bytes_text(e.scratch_bytes), bytes_text(e.scratch_free));
}

void print_reading(const LabelsSummary& s) {
  const double seconds = std::max(1e-9, s.read_seconds);
  std::string text = counted(s.features_read, "feature") + " near the image";
  if (s.objects_read > 0)
    text +=
        fmt::format(" among {}objects: {}objects/s, {}/s", count_text(static_cast<double>(s.objects_read)),
                    count_text(static_cast<double>(s.objects_read) / seconds),
                    bytes_text(static_cast<std::uint64_t>(static_cast<double>(s.bytes_read) / seconds)));
  if (s.features_read > 0 || s.objects_read > 0)
    say("  read in {}: {}\n", duration_text(s.read_seconds), text);
}

void print_summary(const LabelsArguments& a, const LabelsSummary& s) {
  std::uint64_t total = s.ignored;
  std::size_t width = 6;
  for (const auto& [info, count] : s.counts) {
    total += count;
    width = std::max(width, info.name.size());
  }
  say("{}\n  {}; {}\n", a.options.output, grid_text(s.grid), duration_text(s.seconds));
  for (const auto& [info, count] : s.counts)
    say("  {:>5} {:<{}} {:5.1f}%  {:>12} pixels\n", info.value, info.name, width, percent_of(count, total),
        count);
  say("  {:>5} {:<{}} {:5.1f}%  {:>12} pixels\n", "-", "ignore", width, percent_of(s.ignored, total),
      s.ignored);
  for (const RuleSummary& rule : s.rules)
    say("  {}: {} feature{}, {} pixels\n", rule.name, rule.features, rule.features == 1 ? "" : "s",
        rule.pixels);
  for (const std::string& note : s.notes) say("  {}\n", with_options(note));
  for (const std::string& credit : s.credits) say("  {}\n", credit);
  print_reading(s);
  std::fflush(stdout);
}

int run_labels(LabelsArguments& a) {
  start_messages("terramask labels", a.verbosity);
  configure_gdal(parse_bytes(a.cache, "--cache"));
  if (a.check.wanted()) return check_labels(a);
  if (a.options.rules.empty() && a.options.burns.empty())
    throw Error(ErrorCode::usage, "RULES is required",
                "name a rules file, a file and its class with --burn, or labels with --check or --align");
  if (!a.options.rules.empty() && !a.options.burns.empty())
    throw Error(ErrorCode::usage, a.options.rules + ": --burn takes the place of a rules file",
                "leave one of them out");
  if (!a.options.burns.empty() && !a.sources.empty())
    throw Error(ErrorCode::usage, "--source: --burn names its files itself", "leave one of them out");
  if (a.options.output.empty())
    throw Error(ErrorCode::usage, "-o,--output is required", "name the labels: -o LABELS.tif");
  a.options.memory = parse_bytes(a.memory, "--max-memory");
  parse_sources(a);
  begin_outputs(std::array{a.options.output}, a.options.overwrite, {}, a.dry_run);
  if (a.dry_run) {
    const LabelsEstimate estimate = estimate_labels(a.options);
    for (const std::string& warning : estimate.warnings) spdlog::warn("warning: {}", warning);
    print_estimate(a, estimate);
    return 0;
  }
  ProgressBar bar("terramask labels: ");
  const LabelsSummary summary = make_labels(a.options, progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  for (const std::string& warning : summary.warnings) spdlog::warn("warning: {}", warning);
  if (!a.verbosity.quiet) print_summary(a, summary);
  return 0;
}

}  // namespace

void labels_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<LabelsArguments>();
  LabelsOptions& o = a->options;
  app.add_option("RULES", o.rules, "The rules file (.json)")->type_name("");
  OptionGroup options(app);
  options.add("--like", o.like, "Image whose grid the labels use, or that they are checked against", "IMAGE")
      ->required();
  options.add("-o,--output", o.output, "Output labels, a Cloud Optimized GeoTIFF", "LABELS.tif");
  options.add_repeated(
      "--burn", o.burns,
      "Burn the features of a vector file as one class, instead of using rules; lines and points need a "
      "width. Later files are painted over earlier ones, the rest is background; repeatable",
      "FILE[#layer=NAME]=CLASS[:WIDTHm]");
  options.add_repeated("--source", a->sources, "File to use for a source of the rules; repeatable",
                       "NAME=FILE");
  options.add("--crs", o.crs, "CRS of the image, if it has none", "CRS");
  options.add_repeated("--co", o.creation_options, "Creation option of GDAL's COG driver; repeatable",
                       "NAME=VALUE");
  options.add_flag("--overwrite", o.overwrite, "Overwrite existing labels");
  options.add_flag("--allow-empty", o.allow_empty,
                   "Write labels even if no rule paints a pixel (otherwise an error)");
  options.add("--scratch", o.scratch, "Folder for temporary files (default: the output's)", "DIR");
  options.add_shown("--max-memory", a->memory,
                    "Memory for reading OpenStreetMap before the scratch folder is used", "BYTES");
  options.add_shown("--cache", a->cache, "Size of GDAL's block cache", "BYTES");
  options.add_flag("--dry-run", a->dry_run, "Only check rules and sources, and estimate memory and disk");
  add_labels_check_options(app, a->check);
  add_verbosity_options(app, a->verbosity);
  app.footer(
      R"(Rules are applied in order; later ones paint over earlier ones. The folder rules/ has some for
OpenStreetMap.
Pixels of class "ignore" are nodata; training skips them.
--check estimates for each block how far the labels are shifted against the image, along x and y, and how
certain that is (a straight road fixes one direction only). --align writes the shifted labels on the
image's grid.

Examples:
  terramask labels --burn buildings.gpkg=building --burn roads.geojson=road:6m --like ortho.tif -o labels.tif
  terramask labels rules/roads.json --source osm=town.osm.pbf --like ortho.tif -o roads.tif
  terramask labels mine.json --like ortho.tif -o labels.tif --dry-run
  terramask labels --check roads.tif --like ortho.tif --gpkg check.gpkg --html check.html
  terramask labels --check roads.tif --like ortho.tif --model roads.safetensors --html disputed.html
  terramask labels --align roads.tif --like ortho.tif -o aligned.tif
)");
  run = [a] { return run_labels(*a); };
}

}  // namespace terramask::tools
