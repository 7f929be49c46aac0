// terramask segment: rasters and a model in, georeferenced masks out.
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "cli/file_kinds.hpp"
#include "cli/segment_report.hpp"
#include "cli/segment_requests.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "terramask/gdal.hpp"
#include "terramask/output.hpp"
#include "terramask/picture.hpp"
#include "terramask/raster_names.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kSegmentFooter =
    R"(Several rasters are separate images, each with a mask DIR/NAME.tif of its own; --stack joins the bands
of several files into one image, --mosaic lays several beside each other (where they overlap the later
one wins). With -o DIR/, --probabilities and --picture are endings: --picture _picture.png.

Everything is checked before the first pixel. An error in the command line or the outputs stops it; of
several rasters, one that cannot be segmented is reported and skipped, the others are done, and the exit
status is 1. An output gets its name only when it is complete and verified.

Examples:
  terramask segment roads.safetensors ortho.tif -o mask.tif
  terramask segment roads.safetensors tiles/*.tif -o masks/ --picture _picture.png
  terramask segment roads.safetensors tiles/*.tif --mosaic -o town.tif
  terramask segment trees.safetensors --stack ortho.tif,ndsm.tif -o trees.tif
  terramask segment trees.safetensors ortho.tif --ndsm dsm.tif dtm.tif -o trees.tif
  terramask segment roads.safetensors ortho.tif -o part.tif --bounds 7.4 43.7 7.5 43.8 --bounds-crs EPSG:4326
  terramask segment roads.safetensors ortho.tif -o mask.tif --dry-run
)";

void add_input_options(CLI::App& app, SegmentArguments& a) {
  app.add_option("MODEL", a.model, "The model file (.safetensors)")->required()->type_name("");
  app.add_option(
         "RASTER", a.rasters,
         "Input rasters: anything GDAL opens; folders, patterns ('tiles/*.tif') and lists (@tiles.txt)")
      ->type_name("");
  OptionGroup input(app, "Input");
  input.add_flag("--recursive", a.recursive, "Search subfolders of folders too");
  input.add_repeated(
      "--stack", a.stack,
      "Join the bands of several files; the first one sets the grid. Repeat it (--stack A --stack B) "
      "for names with commas",
      "A,B");
  input.add_flag("--mosaic", a.mosaic, "Treat all rasters as one image, with one output");
  add_raster_options(app, a.raster);
  add_area_options(input, a.bounds, a.options.bounds_crs, a.options.cutline, "raster");
}

void add_output_options(CLI::App& app, SegmentArguments& a) {
  OptionGroup output(app, "Output");
  output
      .add("-o,--output", a.output, "Output mask, a Cloud Optimized GeoTIFF; a folder for several rasters",
           "OUT.tif|DIR/")
      ->required();
  output.add_choice("--grid", a.grid, "Grid of the mask: the input's, or the one at the model's pixel size",
                    {"input", "model"});
  output.add("--probabilities", a.probabilities, "Also write probabilities, one band per class", "FILE.tif");
  output.add_choice("--probability-type", a.probability_type,
                    "Data type of the probabilities; byte: 0 to 254, nodata 255", {"byte", "float32"});
  output.add("--picture", a.picture, "Also draw the image with the mask on top", "FILE.png");
  output.add_repeated("--co", a.options.creation_options,
                      "Creation option of GDAL's COG driver, such as COMPRESS=ZSTD; repeatable",
                      "NAME=VALUE");
  add_background_options(app, a.background);
  output.add_flag("--overwrite", a.options.overwrite, "Overwrite existing outputs");
}

void add_work_options(CLI::App& app, SegmentArguments& a) {
  OptionGroup work(app, "Work");
  work.add("--tile", a.options.tile,
           "Tile size in pixels; affects the speed, not the mask (default: by memory)", "N")
      ->check(whole_number(1, largest_side));
  work.add("--overlap", a.options.overlap,
           "Blend patches over N pixels instead of exact tiling: faster, but the mask depends on --tile", "N")
      ->check(whole_number(0, largest_side));
  work.add_shown("--cache", a.cache, "Size of GDAL's block cache", "BYTES");
  work.add_flag("--dry-run", a.dry_run, "Only estimate tiles, memory, disk and time");
  work.add("--threshold", a.options.threshold,
           "With two classes: assign the second where its probability is above P (default: the "
           "model's, or 0.5)",
           "P")
      ->check(number());
  add_device_options(app, a.device);
  add_verbosity_options(app, a.verbosity);
}

/// Keeps what failed while others go on.
class Failures {
 public:
  explicit Failures(std::size_t requests) : requests_(requests) {}

  /// Tells the error of one raster of several; one that ends all the work, or the only raster's, is thrown
  /// on.
  void add(const SegmentRequest& request, const Error& error) {
    const bool end = error.code() == ErrorCode::cancelled || error.code() == ErrorCode::device_lost;
    if (requests_ == 1 || end) throw error;
    // Most messages begin with the file's name.
    const std::string text = error.what();
    spdlog::error(text.starts_with(request.name) ? text : request.name + ": " + text);
    names_.push_back(request.name);
  }

  bool has(const SegmentRequest& request) const {
    return std::find(names_.begin(), names_.end(), request.name) != names_.end();
  }

  int status() const {
    if (names_.empty()) return 0;
    spdlog::error("{} of {} rasters failed: {}", names_.size(), requests_, fmt::join(names_, ", "));
    return 1;
  }

 private:
  std::size_t requests_;
  std::vector<std::string> names_;
};

void warn(const std::set<std::string>& warnings) {
  for (const std::string& warning : warnings) spdlog::warn("warning: {}", warning);
}

void warn_of_disk(const SegmentRequest& request, const DiskEstimate& disk) {
  if (disk.peak_bytes <= disk.free_bytes) return;
  spdlog::warn("warning: {}: may take {} while it is written if it does not compress, {} are free",
               request.options.output, bytes_text(disk.peak_bytes), bytes_text(disk.free_bytes));
}

/// A dry run makes no folder: where the one of -o DIR/ is not there yet, what it would hold is reckoned
/// beside it.
SegmentOptions without_folder(const SegmentRequest& request) {
  SegmentOptions options = request.options;
  const std::filesystem::path folder = std::filesystem::path(options.output).parent_path();
  if (folder.empty() || std::filesystem::exists(folder)) return options;
  const std::string name = ".dry-run-" + std::filesystem::path(options.output).filename().string();
  options.output = (folder.parent_path() / name).string();
  if (!options.probabilities.empty()) options.probabilities = options.output + ".probabilities.tif";
  return options;
}

SegmentSummary run_request(const SegmentArguments& a, Segmenter& segmenter, const SegmentRequest& request,
                           ProgressBar& bar) {
  SegmentSummary summary = segmenter.run(request.options, progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  if (!request.picture.empty())
    write_picture(request.picture, request.options.raster.paths.front(), request.options.output, 1600, 0.5,
                  a.options.overwrite);
  return summary;
}

int segment(SegmentArguments a) {
  start_messages("terramask segment", a.verbosity);
  configure_gdal(parse_bytes(a.cache, "--cache"));
  check_model_first("segment", a.model, a.rasters);
  a.rasters = list_rasters(a.rasters, a.recursive);
  std::vector<SegmentRequest> requests = make_requests(a);
  prepare_outputs(a, requests);
  Model model = load_model(a.model);
  if (a.mosaic && model.info.nodata_rule != NodataRule::automatic)
    requests = make_requests(a, model.info.nodata_rule);
  for (const std::string& warning : model.warnings) spdlog::warn("warning: {}: {}", a.model, warning);
  if (const auto transparent = a.background.transparent())
    set_background_transparent(model.info.classes, *transparent);
  Segmenter segmenter(std::move(model), a.device.options());
  spdlog::info("computing on {}", segmenter.device_name());

  Failures failures(requests.size());
  std::vector<SegmentEstimate> estimates(requests.size());
  std::optional<double> speed;
  if (a.dry_run) speed = measure_speed(segmenter.model(), a.device.options());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    stop_flag().check();
    try {
      estimates[i] = segmenter.estimate(a.dry_run ? without_folder(requests[i]) : requests[i].options);
      warn({estimates[i].warnings.begin(), estimates[i].warnings.end()});
      warn_of_disk(requests[i], estimates[i].disk);
      if (a.dry_run) print_estimate(requests[i], estimates[i], speed);
    } catch (const Error& error) {
      failures.add(requests[i], error);
    }
  }
  if (a.dry_run) return failures.status();

  ProgressBar bar("");
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const SegmentRequest& request = requests[i];
    if (failures.has(request)) continue;
    stop_flag().check();
    bar.relabel(requests.size() == 1 ? ""
                                     : fmt::format("{} ({} of {}): ", request.name, i + 1, requests.size()));
    try {
      const SegmentSummary summary = run_request(a, segmenter, request, bar);
      std::set<std::string> fresh(summary.warnings.begin(), summary.warnings.end());
      for (const std::string& told : estimates[i].warnings) fresh.erase(told);
      warn(fresh);
      if (a.verbosity.quiet) continue;
      print_summary(request, estimates[i], summary);
      if (!request.picture.empty()) say("{}\n", request.picture);
      std::fflush(stdout);
    } catch (const Error& error) {
      failures.add(request, error);
    }
  }
  return failures.status();
}

}  // namespace

void segment_options(CLI::App& app, std::function<int()>& run) {
  const auto arguments = std::make_shared<SegmentArguments>();
  add_input_options(app, *arguments);
  add_output_options(app, *arguments);
  add_work_options(app, *arguments);
  app.footer(kSegmentFooter);
  run = [arguments] {
    arguments->stack = stack_names(arguments->stack);
    return segment(*arguments);
  };
}

}  // namespace terramask::tools
