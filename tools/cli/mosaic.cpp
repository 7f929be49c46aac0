// terramask mosaic: one Cloud Optimized GeoTIFF of many tiles.
#include "terramask/mosaic.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "common/progress_bar.hpp"
#include "core/counted.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tools {
namespace {

constexpr const char* kMosaicFooter =
    R"(Tiles are rasters on one pixel grid: files, folders, patterns or lists (@tiles.txt, a path a line).
Masks keep palette, class names and attribute table, and have overviews by mode; images and
probabilities keep their bands and have averaged overviews. Pixels outside the tiles are nodata (or an
alpha band is added if the tiles have no nodata value).

Examples:
  terramask mosaic masks/ -o town.tif
  terramask mosaic 'masks/*_road.tif' -o roads.tif --priority newest
  terramask mosaic @tiles.txt -o country.tif --align --co BIGTIFF=YES
)";

struct MosaicArguments {
  MosaicOptions options;
  Verbosity verbosity;
  std::string priority = "last", contents = "auto", cache = "256M";
};

int mosaic(MosaicArguments& a) {
  start_messages("terramask mosaic", a.verbosity);
  configure_gdal(parse_bytes(a.cache, "--cache"));
  a.options.priority = a.priority == "first"    ? TilePriority::first
                       : a.priority == "newest" ? TilePriority::newest
                                                : TilePriority::last;
  a.options.contents = a.contents == "classes"      ? TileContents::classes
                       : a.contents == "continuous" ? TileContents::continuous
                                                    : TileContents::automatic;
  begin_outputs(std::array{a.options.output}, a.options.overwrite, {});
  ProgressBar bar("");
  const MosaicSummary made = write_mosaic(a.options, progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  for (const std::string& warning : made.warnings) spdlog::warn("note: {}", warning);
  if (a.verbosity.quiet) return 0;
  const double pixels = static_cast<double>(made.width) * static_cast<double>(made.height);
  const std::string aligned =
      made.aligned > 0 ? fmt::format(" ({} resampled to the grid of the first)", made.aligned) : "";
  say("{}: {}{}, {} x {} pixels, {}, {:.1f}% valid; {}, {}px/s\n", a.options.output,
      counted(made.tiles, "tile"), aligned, made.width, made.height,
      made.classes.empty() ? counted(made.bands, "band") : fmt::format("{} classes", made.classes.size()),
      100 * static_cast<double>(made.valid_pixels) / pixels, duration_text(made.seconds),
      count_text(pixels / std::max(made.seconds, 1e-9)));
  return 0;
}

}  // namespace

void mosaic_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<MosaicArguments>();
  app.add_option("TILES", a->options.tiles,
                 "Rasters, folders, patterns ('tiles/*.tif') and lists (@tiles.txt)")
      ->required()
      ->type_name("");
  OptionGroup input(app, "Input"), work(app, "Work"), output(app, "Output");
  input.add_flag("--recursive", a->options.recursive, "Search subfolders of folders too");
  input.add_choice("--priority", a->priority,
                   "Which tile wins where several have data: the one named last or first, or "
                   "the newest file",
                   {"last", "first", "newest"});
  input.add_flag("--align", a->options.align,
                 "Resample tiles on other grids or in other CRSs to the first one's: classes by nearest or "
                 "mode, others "
                 "bilinear or average");
  input.add_choice("--contents", a->contents,
                   "Kind of data; auto: one band with class names or a colour table is a mask",
                   {"auto", "classes", "continuous"});
  input.add("--src-nodata", a->options.src_nodata,
            "Nodata value of the tiles, instead of the ones in the files; none: no nodata", "V|none");
  work.add_shown("--cache", a->cache, "Size of GDAL's block cache", "BYTES");
  output.add("-o,--output", a->options.output, "Output mosaic", "OUT.tif")->required();
  output.add_repeated("--co", a->options.creation_options, "Creation option of GDAL's COG driver; repeatable",
                      "NAME=VALUE");
  output.add_flag("--overwrite", a->options.overwrite, "Overwrite an existing output");
  add_verbosity_options(app, a->verbosity);
  app.footer(kMosaicFooter);
  run = [a] { return mosaic(*a); };
}

}  // namespace terramask::tools
