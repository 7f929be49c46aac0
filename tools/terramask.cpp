// terramask: one program, a subcommand for each job. A new one is a file with its options and a line below.
#include <fmt/format.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>

#include "command.hpp"
#include "printing.hpp"
#include "stop.hpp"
#include "subcommands.hpp"
#include "terramask/communicator.hpp"
#include "terramask/gdal.hpp"
#include "tile_arguments.hpp"

namespace terramask::tools {
namespace {

struct Subcommand {
  const char* name;
  const char* help;
  void (*options)(CLI::App& app, std::function<int()>& run);
};

constexpr std::array<Subcommand, 14> subcommands{{
    {"segment", "Segment rasters with a trained model", segment_options},
    {"region", "Segment a whole region of many rasters, unattended", region_options},
    {"info", "Say what a model or a raster is, and whether they fit", info_options},
    {"picture", "Draw an image with its mask laid over it", picture_options},
    {"devices", "List the devices to compute on", devices_options},
    {"init", "Make a project to train from: images, labels, classes", init_options},
    {"legend", "Find the colours of a rendered map, to make labels of it", legend_options},
    {"labels", "Paint labels from maps: OpenStreetMap, vector files", labels_options},
    {"train", "Train a model on a project", train_options},
    {"evaluate", "Say how good a mask or a model is, against a reference", evaluate_options},
    {"vectorize", "Turn a mask into polygons that fit each other, or centre lines", vectorize_options},
    {"mosaic", "Make one Cloud Optimized GeoTIFF of many tiles", mosaic_options},
    {"zonal", "Tell how much of each class lies in each zone", zonal_options},
    {"scene", "Generate a small town: imagery, heights, labels and map", scene_options},
}};

bool takes_rasters(std::string_view subcommand) {
  return subcommand != "devices" && subcommand != "scene";
}

constexpr const char* examples =
    "Examples:\n"
    "  terramask segment roads.safetensors ortho.tif -o mask.tif\n"
    "  terramask segment roads.safetensors tiles/*.tif -o masks/\n"
    "  terramask info roads.safetensors ortho.tif\n"
    "  terramask devices\n"
    "\n"
    "`terramask SUBCOMMAND --help` tells a subcommand's options.\n"
    "Exit status: 0; 1 the work failed; 2 the call was wrong; 128 + signal where one stopped the work\n"
    "(130 after Ctrl-C; a second Ctrl-C ends the program at once).\n";

/// "terramask segment" once it is known which one is meant.
std::string full_name(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? "terramask" : "terramask " + parsed.front()->get_name();
}

/// CLI11 speaks of an unexpected argument where a subcommand is misspelt.
std::string explain(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (!app.get_subcommands().empty() || argc < 2 || argv[1][0] == '-')
    return fmt::format("{}; see `{} --help`", error.what(), full_name(app));
  std::string names;
  for (const Subcommand& subcommand : subcommands)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", subcommand.name);
  return fmt::format("there is no subcommand {}; there are {}", argv[1], names);
}

int run(int argc, char** argv) {
  CLI::App app("Segments georeferenced imagery with trained networks, on any Vulkan device.\n", "terramask");
  app.set_version_flag("--version", "terramask " TERRAMASK_VERSION);
  app.footer(examples);
  app.require_subcommand(1);
  std::function<int()> work;
  std::array<std::function<int()>, subcommands.size()> runs;
  TileArguments tiles;
  for (std::size_t i = 0; i < subcommands.size(); ++i) {
    CLI::App* sub = app.add_subcommand(subcommands[i].name, subcommands[i].help);
    subcommands[i].options(*sub, runs[i]);
    if (takes_rasters(subcommands[i].name)) add_tile_options(*sub, tiles);
    sub->final_callback([&work, &chosen = runs[i]] { work = chosen; });
  }
  if (argc < 2) {
    tell(app.help());
    return 2;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    // All ranks of a job are called alike; one tells what is wrong with it.
    const auto launch = launched();
    if (!launch || launch->rank == 0) print_error(full_name(app), explain(app, error, argc, argv));
    return 2;
  }
  stop_on_signals();
  std::signal(SIGXFSZ,
              SIG_IGN);  // a limit on file sizes is an error of writing then, told and cleaned up after
  start_tiles(tiles, &stop_flag());
  // Names of rasters may hold credentials, and any message a raster's name.
  const auto shown = [&work] {
    try {
      return work();
    } catch (const Error& error) {
      throw Error(error.code(), without_secrets(error.message()), without_secrets(error.remedy()));
    }
  };
  const int status = finish_tiles(guarded(full_name(app), shown), tiles, full_name(app));
  return status != 0 && stop_signal() != 0 ? 128 + stop_signal() : status;
}

}  // namespace
}  // namespace terramask::tools

int main(int argc, char** argv) {
  terramask::tools::start_program("terramask");
  terramask::on_gdal_end(terramask::tools::end_for_library);
  return terramask::tools::guarded("terramask", [&] { return terramask::tools::run(argc, argv); });
}
