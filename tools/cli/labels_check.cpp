#include "cli/labels_check.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>

#include "cli/model_mask.hpp"
#include "cli/outputs.hpp"
#include "cli/stop.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "common/progress_bar.hpp"
#include "dataset/draft.hpp"
#include "dataset/label_codes.hpp"
#include "labels/check/align.hpp"
#include "labels/check/check_report.hpp"
#include "terramask/evaluate.hpp"
#include "terramask/raster_info.hpp"

namespace terramask::tools {
namespace {

using labels::BlockCheck;
using labels::CheckOptions;
using labels::CheckReport;

const std::string& labels_of(const LabelsCheckArguments& a) {
  return a.align.empty() ? a.check : a.align;
}

void check_call(const LabelsCheckArguments& a, const LabelsCheckCall& call) {
  if (!a.check.empty() && !a.align.empty())
    throw Error(ErrorCode::usage, "--check and --align: only one of them can be meant",
                "--align checks too: give --csv, --gpkg and --html with it");
  if (!a.align.empty() && call.output.empty())
    throw Error(ErrorCode::usage, "--align writes labels: -o,--output is required",
                "name them: -o LABELS.tif");
  if (!a.check.empty() && !call.output.empty())
    throw Error(ErrorCode::usage, "--check writes no labels", "leave out -o, or take --align");
  std::vector<std::string> inputs{call.like, labels_of(a)};
  if (!a.model.empty()) inputs.push_back(a.model);
  std::vector<std::string> outputs;
  for (const std::string& path : {call.output, a.csv, a.gpkg, a.html}) {
    if (path.empty()) continue;
    if (std::ranges::find(outputs, path) != outputs.end())
      throw Error(ErrorCode::usage, path + ": two outputs have this name", "give each its own");
    outputs.push_back(path);
  }
  begin_outputs(outputs, call.overwrite, inputs);
  if (a.gpkg.empty()) return;
  if (std::filesystem::path(a.gpkg).extension() != ".gpkg")
    throw Error(ErrorCode::usage, a.gpkg + ": a GeoPackage's name ends in .gpkg");
}

/// Classes and the meaning of values, as `init` finds them.
CheckOptions options_of(const LabelsCheckArguments& a, const LabelsCheckCall& call) {
  DraftOptions draft{
      .images = {call.like}, .labels = {labels_of(a)}, .stack = {}, .classes = {}, .ignore = a.ignore};
  if (!a.classes.empty()) draft.classes = parse_class_requests(a.classes);
  std::vector<std::string> notes;
  draft.common_pixel_size = false;  // the image is read as it is
  const Project project = draft_project(draft, notes);
  CheckOptions options;
  options.image.paths = {call.like};
  options.image.crs = call.crs;
  if (!a.ndsm.empty()) options.image.ndsm = {{a.ndsm[0], a.ndsm[1]}};
  options.classes = project.classes;
  options.block = a.block;
  options.reach = a.reach;
  options.labels.path = labels_of(a);
  const auto image = RasterReader::open(options.image);
  geo::LabelPlace place = geo::place_labels(labels_of(a), image->source_grid(), image->name());
  const auto found = geo::LabelReader(place, image->source_grid()).count_values();
  options.labels.codes = dataset::label_codes(project, project.images.front(), place, found, notes);
  options.labels.colors = place.colors;
  for (const std::string& note : notes) spdlog::info("{}", note);
  return options;
}

/// Where most labels would have to go. What no block is sure of is no news.
std::string common_text(const CheckReport& report) {
  const bool x = report.knows_x(), y = report.knows_y();
  if (!x && !y) return "unknown: no block is sure how far its labels lie off; take larger ones (--block)";
  const auto one = [](double value, const char* unit, bool known) {
    return known ? fmt::format("{:+.2f} {}", value, unit) : std::string("unknown");
  };
  std::string text =
      fmt::format("{} right, {} down", one(report.common.dx, "px", x), one(report.common.dy, "px", y));
  if (report.pixel_size)
    text += fmt::format(" ({}, {})", one(report.common.dx * report.pixel_size->x, "m", x),
                        one(report.common.dy * report.pixel_size->y, "m", y));
  return text + ": where most labels would have to go";
}

void print_totals(const CheckReport& report) {
  std::uint64_t valid = 0, ignored = 0, judged = 0, disputed = 0;
  std::int64_t labelled = 0;
  std::vector<std::uint64_t> counts(report.classes.size());
  for (const BlockCheck& one : report.blocks) {
    valid += one.valid;
    ignored += one.ignored;
    judged += one.judged;
    disputed += one.disputed;
    labelled += one.valid > one.ignored ? 1 : 0;
    for (std::size_t c = 0; c < counts.size(); ++c) counts[c] += one.counts[c];
  }
  say("{} over {}\n", report.labels, report.image);
  say("  blocks    {} of {} × {} pixels, {} with labels\n", report.blocks.size(), report.block, report.block,
      labelled);
  say("  offset    {}\n", common_text(report));
  say("  confident {} blocks in both directions, {} along x, {} along y (to half a pixel, 95%)\n",
      report.confident_both, report.confident_x, report.confident_y);
  say("  ignore    {:.1f}%\n", percent_of(ignored, valid));
  for (std::size_t c = 0; c < counts.size(); ++c)
    say("  {:>5.1f}%    {}\n", percent_of(counts[c], valid - ignored), report.classes[c].name);
  if (report.has_model)
    say("  disputed  {:.1f}% of the labelled pixels, those within {} pixels of a border aside\n",
        percent_of(disputed, judged), labels::kSlack);
}

std::string axis_text(double value, double sigma, bool known) {
  return known ? fmt::format("{:+7.2f} ± {:<5.2f}", value, sigma) : fmt::format("{:>15}", "unknown");
}

void print_ranking(const CheckReport& report, std::int64_t most) {
  const std::vector<std::size_t> order = report.ranking();
  if (most == 0 || order.empty()) return;
  say("  {:>4}  {:>7} {:>7}  {:>15}  {:>15}  {:>9}  {:>6}{}\n", "rank", "column", "row", "right, px",
      "down, px", "confident", "ignore", report.has_model ? "  disputed" : "");
  for (std::size_t i = 0; i < order.size() && i < static_cast<std::size_t>(most); ++i) {
    const BlockCheck& one = report.blocks[order[i]];
    const labels::OffsetEstimate& offset = one.offset;
    const bool x = offset.confident_x(), y = offset.confident_y();
    say("  {:>4}  {:>7} {:>7}  {}  {}  {:>9}  {:>5.1f}%", i + 1, one.window.x, one.window.y,
        axis_text(offset.dx, offset.sigma_x(), offset.known),
        axis_text(offset.dy, offset.sigma_y(), offset.known),
        x && y ? "both"
        : x    ? "x"
        : y    ? "y"
               : "none",
        100 * static_cast<double>(one.ignored) / static_cast<double>(one.valid));
    if (report.has_model)
      say("  {:>7.1f}%  {}", 100 * one.dispute_share(), labels::dispute_text(report, one));
    say("\n");
  }
}

void write_aligned(const LabelsCheckArguments& a, const LabelsCheckCall& call, const CheckOptions& options,
                   const CheckReport& report, const ProgressSink& sink) {
  labels::AlignOptions align;
  align.mode = a.mode == "common" ? labels::AlignMode::common : labels::AlignMode::smooth;
  align.output.path = call.output;
  align.output.metadata = describe_raster(a.align).made_by;
  align.output.metadata.insert_or_assign(
      "ALIGNED", fmt::format("{} to {}", std::filesystem::path(a.align).filename().string(),
                             std::filesystem::path(call.like).filename().string()));
  align.output.creation_options = call.creation_options;
  align.output.overwrite = call.overwrite;
  const labels::AlignSummary summary = align_labels(options, report, align, sink, &stop_flag());
  if (call.verbosity.quiet) return;
  say("{}\n  moved     {:+.2f} to {:+.2f} px right, {:+.2f} to {:+.2f} px down; {:.1f}% of the pixels "
      "changed\n",
      call.output, summary.least_x, summary.most_x, summary.least_y, summary.most_y,
      100 * static_cast<double>(summary.moved) / static_cast<double>(summary.pixels));
}

}  // namespace

void add_labels_check_options(CLI::App& app, LabelsCheckArguments& a) {
  OptionGroup group(app, "Checking and aligning");
  group.add("--check", a.check, "Estimate how far these labels are shifted against the image (--like)",
            "LABELS");
  group.add("--align", a.align, "Write these labels shifted to match the image (--like)", "LABELS");
  group.add_choice("--align-by", a.mode,
                   "smooth: shift each place by the blocks around it; common: shift everything by the most "
                   "frequent offset",
                   {"smooth", "common"});
  group.add_shown("--block", a.block, "Block size in pixels of the image, 32 to 4096", "N")
      ->check(whole_number(32, 4096));
  group.add_shown("--max-offset", a.reach, "Largest shift to look for, in pixels, 2 to 64", "N")
      ->check(whole_number(2, 64));
  group.add("--map", a.classes, "Classes of the label values, as for init (default: each value is a class)",
            "VALUES=CLASS,...");
  group.add("--ignore", a.ignore, "Label values to ignore", "VALUES")
      ->delimiter(',')
      ->check(whole_number(0, 65535));
  group.add("--model", a.model, "Rank the blocks by how much this model disagrees with the labels", "MODEL");
  group
      .add("--ndsm", a.ndsm, "Surface and terrain model; their difference is the band ndsm of the model",
           "DSM DTM")
      ->expected(2);
  group.add("--csv", a.csv, "Write all blocks as a table", "FILE");
  group.add("--gpkg", a.gpkg, "Write all blocks as polygons with their results", "FILE.gpkg");
  group.add("--html", a.html, "Write a web page with results, arrows and pictures of the worst blocks",
            "FILE");
  group.add_shown("--pictures", a.pictures, "Number of blocks on the web page", "N")
      ->check(whole_number(0, 1000));
  group.add_shown("--list", a.listed, "Number of blocks to print", "N")->check(whole_number(0, 1'000'000));
  add_device_options(app, a.device);
}

int run_labels_check(const LabelsCheckArguments& a, const LabelsCheckCall& call) {
  check_call(a, call);
  CheckOptions options = options_of(a, call);
  ProgressBar bar("terramask labels: ");
  const ProgressSink sink = progress_sink(call.verbosity, bar);
  std::unique_ptr<ModelMask> mask;
  if (!a.model.empty()) {
    const std::string beside = !a.html.empty()   ? a.html
                               : !a.gpkg.empty() ? a.gpkg
                               : !a.csv.empty()  ? a.csv
                                                 : call.output;
    mask = std::make_unique<ModelMask>(a.model, options.image, a.device.options(), beside, sink);
    options.prediction = labels::LabelRaster{mask->path(), mask->codes(options.classes)};
    bar.finish();
  }
  CheckReport report = check_labels(options, sink, &stop_flag());
  bar.finish();
  report.warnings = with_options(std::move(report.warnings));  // the web page shows them too
  for (const std::string& warning : report.warnings) spdlog::warn("warning: {}", warning);
  if (!a.csv.empty()) write_report(a.csv, labels::check_csv(report), call.overwrite);
  if (!a.gpkg.empty()) labels::write_check_layer(a.gpkg, report, call.overwrite, &stop_flag());
  if (!a.html.empty())
    write_report(a.html,
                 labels::check_html(report, options, static_cast<std::size_t>(a.pictures), &stop_flag()),
                 call.overwrite);
  if (!call.verbosity.quiet) {
    print_totals(report);
    print_ranking(report, a.listed);
    for (const std::string& path : {a.csv, a.gpkg, a.html})
      if (!path.empty()) say("{}\n", path);
    std::fflush(stdout);
  }
  if (!a.align.empty()) write_aligned(a, call, options, report, sink);
  bar.finish();
  return 0;
}

}  // namespace terramask::tools
