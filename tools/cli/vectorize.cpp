// terramask vectorize: a mask as polygons or centre lines.
#include "terramask/vectorize.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>

#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kVectorizeFooter =
    R"(Polygons are 4-connected patches of one class; nodata is left out. Borders are simplified once for both
their sides and never cross: no gaps, no overlaps, no patch lost. --simplify 1px takes the pixels' steps
away. Fields: class (the value), name, color, area_m2 (of the patch's pixels, on the ellipsoid), pixels,
and with --probabilities the mean probability of the patch's class.

--centerlines draws the middle of one class (--classes road), with its length and widths; junctions are
joined and spurs pruned. --min-area closes holes and drops specks first.

The output has the mask's CRS; GeoJSON is in WGS 84 (RFC 7946). It does not depend on how the mask is
tiled: a VRT of many masks gives what one raster would.

Examples:
  terramask vectorize mask.tif -o mask.gpkg
  terramask vectorize mask.tif -o buildings.fgb --classes building --min-area 10 --simplify 1px
  terramask vectorize mask.tif -o mask.geojson --probabilities probabilities.tif
  terramask vectorize mask.tif -o roads.gpkg --centerlines --classes road --min-area 20
)";

struct VectorizeArguments {
  VectorizeOptions options;
  std::string min_area, simplify;
  bool centerlines = false;
  std::string cache = "64M";
  Verbosity verbosity;
};

void add_input_options(CLI::App& app, VectorizeArguments& a) {
  app.add_option("MASK", a.options.mask, "A raster of class values, as `terramask segment` writes it")
      ->required()
      ->type_name("");
  OptionGroup input(app, "Input");
  input.add("--probabilities", a.options.probabilities,
            "Probabilities of the mask, from `segment --probabilities`", "FILE.tif");
  input.add("--crs", a.options.crs, "CRS of the mask, if it has none or a wrong one", "CRS");
  input.add("--src-nodata", a.options.src_nodata,
            "Nodata value of the mask, instead of the one in the file; or none", "VALUE");
  input.add_shown("--cache", a.cache, "Size of GDAL's block cache", "BYTES");
}

void add_output_options(CLI::App& app, VectorizeArguments& a) {
  OptionGroup output(app, "Output");
  output
      .add("-o,--output", a.options.output, "Output GeoPackage, GeoJSON or FlatGeobuf, by its extension",
           "OUT.gpkg|.geojson|.fgb")
      ->required();
  output.add("--output-layer", a.options.layer, "Name of the output layer (default: the file's name)",
             "NAME");
  output.add_flag("--centerlines", a.centerlines,
                  "Write the centre lines of one class instead, with their widths");
  output.add_list("--classes", a.options.classes, "Write only these classes, by name or value: road,building",
                  "LIST");
  output.add("--min-area", a.min_area,
             "Merge smaller patches into the neighbour with the longest common border: 25 (m2) or 100px",
             "AREA");
  output.add("--simplify", a.simplify,
             "How far borders may move: 0.5 (metres) or 1px (default: not at all; lines: 0.5px)", "DISTANCE");
  output.add_flag("--overwrite", a.options.overwrite,
                  "Overwrite an existing output; in a GeoPackage only the layer of that name");
  output.add_flag("--dry-run", a.options.dry_run, "Only count the polygons of each class");
}

void print_lines(const VectorizeArguments& a, const VectorizeSummary& summary) {
  const VectorizedClass& one = summary.classes.front();
  if (summary.absorbed != 0) say("{} small patches merged into their neighbours\n", summary.absorbed);
  const std::string length = one.length_m    ? fmt::format(", length {:.1f} m", *one.length_m)
                             : one.length_px ? fmt::format(", length {:.1f} px", *one.length_px)
                                             : std::string();
  say("{}: {}{} lines of class {}, {} vertices{}, {}\n", a.options.output,
      a.options.dry_run ? "would hold " : "", summary.features,
      one.info.name.empty() ? std::to_string(one.info.value) : one.info.name, summary.vertices, length,
      duration_text(summary.seconds));
}

void print_polygons(const VectorizeArguments& a, const VectorizeSummary& summary) {
  for (const VectorizedClass& one : summary.classes) {
    const std::string name = one.info.name.empty() ? "" : " " + one.info.name;
    const std::string area = one.area_m2 ? fmt::format(", {:.2f} ha", *one.area_m2 / 1e4) : "";
    say("class {}{}: {} polygons, {} pixels{}\n", one.info.value, name, one.features, one.pixels, area);
  }
  if (summary.absorbed != 0) say("{} small patches merged into their neighbours\n", summary.absorbed);
  if (a.options.dry_run)
    say("{}: would hold {} polygons\n", a.options.output, summary.features);
  else
    say("{}: {} polygons, {} vertices, {}\n", a.options.output, summary.features, summary.vertices,
        duration_text(summary.seconds));
}

int vectorize(VectorizeArguments& a) {
  start_messages("terramask vectorize", a.verbosity);
  configure_gdal(parse_bytes(a.cache, "--cache"));
  if (!a.min_area.empty()) a.options.min_area = parse_measure(a.min_area, "--min-area");
  if (!a.simplify.empty()) a.options.simplify = parse_measure(a.simplify, "--simplify");
  begin_outputs(std::array{a.options.output}, a.options.overwrite, std::array{a.options.mask},
                a.options.dry_run);
  ProgressBar bar("");
  const VectorizeSummary summary = (a.centerlines ? vectorize_centerlines : vectorize_polygons)(
      a.options, progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  for (const std::string& warning : summary.warnings) spdlog::warn("warning: {}", warning);
  if (!a.verbosity.quiet) (a.centerlines ? print_lines : print_polygons)(a, summary);
  return 0;
}

}  // namespace

void vectorize_options(CLI::App& app, std::function<int()>& run) {
  const auto arguments = std::make_shared<VectorizeArguments>();
  add_input_options(app, *arguments);
  add_output_options(app, *arguments);
  add_verbosity_options(app, arguments->verbosity);
  app.footer(kVectorizeFooter);
  run = [arguments] { return vectorize(*arguments); };
}

}  // namespace terramask::tools
