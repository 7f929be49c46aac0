// terramask legend: the colours of a rendered map, as the draft of a legend.
#include "terramask/legend.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

#include "command.hpp"
#include "messages.hpp"
#include "outputs.hpp"
#include "printing.hpp"
#include "stop.hpp"
#include "subcommands.hpp"
#include "terramask/gdal.hpp"
#include "terramask/mask_writer.hpp"

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
  ProgressSink sink;
  if (!a.verbosity.quiet) sink = [&bar](const Progress& progress) { bar.show(progress); };
  const SuggestedLegend legend = suggest_legend(a.map, a.least_percent / 100, sink, &stop_flag());
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
  app.add_option("MAP", a->map, "A rendered map: any raster GDAL opens, slippy-map tiles among them")
      ->required()
      ->type_name("");
  app.add_option("-o,--output", a->output, "A rules file with the legend, to be edited")
      ->type_name("RULES.json");
  app.add_option("--picture", a->picture, "The colours as a picture")->type_name("OUT.png");
  app.add_option("--least", a->least_percent, "Leave out colours of less than so many percent of the areas")
      ->check(CLI::Range(0.0, 100.0))
      ->type_name("PERCENT")
      ->capture_default_str();
  app.add_flag("--overwrite", a->overwrite, "Replace files that are there");
  add_verbosity_options(app, a->verbosity);
  app.footer(
      "Finds the colours that fill areas. What is drawn as thin lines only (casings, outlines) and lettering "
      "is\n"
      "not among them; add the lines by hand. The classes are guesses from the colours alone.\n"
      "\n"
      "Examples:\n"
      "  terramask legend map.png -o mine.json --picture mine.png\n"
      "  terramask labels mine.json --like ortho.tif -o labels.tif\n");
  run = [a] { return run_legend(*a); };
}

}  // namespace terramask::tools
