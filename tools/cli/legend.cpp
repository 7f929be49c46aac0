// terramask legend: the colours of a rendered map, as the draft of a legend.
#include "terramask/legend.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

#include "cli/messages.hpp"
#include "cli/outputs.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/command.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"
#include "terramask/gdal.hpp"
#include "terramask/progress.hpp"

namespace terramask::tools {
namespace {

struct LegendArguments {
  std::string map, output, picture;
  double least_percent = 0.1;
  bool overwrite = false;
  Verbosity verbosity;
};

int run_legend(const LegendArguments& a) {
  start_messages("terramask legend", a.verbosity);
  configure_gdal(std::uint64_t{64} << 20U);
  begin_outputs(std::array{a.output, a.picture}, a.overwrite, std::array{a.map});
  ProgressBar bar("terramask legend: ");
  const SuggestedLegend legend =
      suggest_legend(a.map, a.least_percent / 100, progress_sink(a.verbosity, bar), &stop_flag());
  bar.finish();
  if (!a.output.empty()) write_suggested_rules(a.output, legend, a.overwrite);
  if (!a.picture.empty()) write_legend_picture(a.picture, legend, a.overwrite);
  if (a.verbosity.quiet) return 0;
  say("{}: {:.1f}% of it are areas of one colour; of these\n", a.map, 100 * legend.areas);
  for (const SuggestedColor& one : legend.colors)
    say("  #{:02x}{:02x}{:02x} {:6.2f}%  {}?\n", one.color[0], one.color[1], one.color[2], 100 * one.share,
        one.guess);
  say("{:.1f}% of the areas are of these {} colours; tolerance {:g}\n", 100 * legend.explained,
      legend.colors.size(), legend.tolerance);
  return 0;
}

}  // namespace

void legend_options(CLI::App& app, std::function<int()>& run) {
  const auto a = std::make_shared<LegendArguments>();
  app.add_option("MAP", a->map, "A rendered map: any raster GDAL opens, or slippy-map tiles")
      ->required()
      ->type_name("");
  OptionGroup options(app);
  options.add("-o,--output", a->output, "Output rules file with the legend, to be edited", "RULES.json");
  options.add("--picture", a->picture, "Draw the colours to a picture", "OUT.png");
  options
      .add_shown("--min-percent", a->least_percent,
                 "Omit colours that cover less than this share of the areas", "PERCENT")
      ->check(number_between(0, 100));
  options.add_flag("--overwrite", a->overwrite, "Overwrite existing files");
  add_verbosity_options(app, a->verbosity);
  app.footer(
      R"(Finds the colours that fill areas. Thin lines (casings, outlines) and text are not included; add lines
by hand. The classes are guesses based on the colours.

Examples:
  terramask legend map.png -o mine.json --picture mine.png
  terramask labels mine.json --like ortho.tif -o labels.tif
)");
  run = [a] { return run_legend(*a); };
}

}  // namespace terramask::tools
