// terramask scene: a generated town with its orthophoto, heights, labels and map.
#include "terramask/scene.hpp"

#include <fmt/format.h>

#include <limits>
#include <memory>

#include "cli/messages.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "common/checks.hpp"
#include "common/option_group.hpp"
#include "common/printing.hpp"

namespace terramask::tools {
namespace {

/// "1024x768" or "1024".
void parse_size(const std::string& text, SceneOptions& options) {
  const std::size_t times = text.find_first_of("xX");
  const std::string width = text.substr(0, times);
  const std::string height = times == std::string::npos ? width : text.substr(times + 1);
  if (!CLI::detail::lexical_cast(width, options.width) || !CLI::detail::lexical_cast(height, options.height))
    throw Error(ErrorCode::usage, "--size " + text + ": not a size", "write it as 1024x768, in pixels");
}

void parse_origin(const std::string& text, SceneOptions& options) {
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos || !CLI::detail::lexical_cast(text.substr(0, comma), options.origin_x) ||
      !CLI::detail::lexical_cast(text.substr(comma + 1), options.origin_y))
    throw Error(ErrorCode::usage, "--origin " + text + ": not a place",
                "write it as EASTING,NORTHING, in metres");
}

struct SceneArguments {
  SceneOptions options;
  std::string size = "1024x1024";
  std::string origin;
  Verbosity verbosity;
};

}  // namespace

void scene_options(CLI::App& app, std::function<int()>& run) {
  const auto arguments = std::make_shared<SceneArguments>();
  SceneOptions& options = arguments->options;
  app.add_option("-o,--output", options.folder, "Output folder; created if it does not exist")
      ->required()
      ->type_name("DIR");
  app.add_option("--seed", options.seed, "Random seed: each makes another town")
      ->check(whole_number(0, std::numeric_limits<std::int64_t>::max()))
      ->capture_default_str();
  OptionGroup own(app);
  own.add_shown("--size", arguments->size, "Width and height in pixels, 64 to 65536", "WxH");
  own.add_shown("--pixel-size", options.pixel_size_m, "Pixel size in metres, 0.1 to 5", "M");
  own.add_shown("--epsg", options.epsg, "A projected CRS in metres", "CODE");
  own.add("--origin", arguments->origin, "Upper left corner: easting and northing in metres", "X,Y")
      ->default_str(fmt::format("{:.0f},{:.0f}", options.origin_x, options.origin_y));
  own.add_shown("--threads", options.threads, "Threads (0: all); the result is the same", "N");
  own.add_flag("--overwrite", options.overwrite, "Overwrite an existing scene");
  add_verbosity_options(app, arguments->verbosity);
  app.footer(
      R"(Makes ortho.tif, dsm.tif, dtm.tif, labels.tif, map.gpkg and map.osm; the same seed makes the same bytes.

Example:
  terramask scene -o town/ --seed 7 --size 2048
)");
  run = [arguments] {
    parse_size(arguments->size, arguments->options);
    if (!arguments->origin.empty()) parse_origin(arguments->origin, arguments->options);
    ProgressBar bar("terramask scene: ");
    generate_scene(arguments->options, progress_sink(arguments->verbosity, bar), &stop_flag());
    bar.finish();
    if (!arguments->verbosity.quiet)
      for (const std::string& name : scene_files()) say("{}/{}\n", arguments->options.folder, name);
    return 0;
  };
}

}  // namespace terramask::tools
