// terramask: one program, a subcommand for each job. A new one is a file with its options and a line below.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/call_errors.hpp"
#include "cli/ranks.hpp"
#include "cli/renamed_options.hpp"
#include "cli/stop.hpp"
#include "cli/subcommands.hpp"
#include "cli/tile_arguments.hpp"
#include "common/command.hpp"
#include "common/option_names.hpp"
#include "common/printing.hpp"
#include "terramask/communicator.hpp"
#include "terramask/gdal.hpp"

namespace terramask::tools {
namespace {

struct Subcommand {
  const char* name;
  const char* help;
  bool takes_rasters;
  void (*options)(CLI::App& app, std::function<int()>& run);
};

constexpr Subcommand kSubcommands[] = {
#define TERRAMASK_SUBCOMMAND(name, takes_rasters, help) {#name, help, takes_rasters, name##_options},
#include "cli/subcommands.def"
#undef TERRAMASK_SUBCOMMAND
};

constexpr const char* kExamples =
    R"(Examples:
  terramask segment roads.safetensors ortho.tif -o mask.tif
  terramask segment roads.safetensors tiles/*.tif -o masks/
  terramask info roads.safetensors ortho.tif
  terramask devices

`terramask SUBCOMMAND --help` lists the options of a subcommand.
Exit status: 0 success; 1 the work failed; 2 the command line is wrong; 128 + the signal that stopped it
(130 after Ctrl-C; a second Ctrl-C ends the program at once).
)";

/// "terramask segment" once it is known which one is meant.
std::string full_name(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? "terramask" : "terramask " + parsed.front()->get_name();
}

/// All ranks of a job are called alike; one speaks of the call.
bool speaks() {
  const auto launch = launched();
  return !launch || launch->rank == 0;
}

int refuse_call(const CLI::App& app, const std::string& message) {
  if (speaks())
    print_error(full_name(app), message);
  else
    let_first_rank_speak();
  return 2;
}

/// The arguments as they are to be read today, and what is to be said of names that have changed.
std::vector<std::string> present_names(std::vector<std::string>& arguments) {
  if (arguments.empty()) return {};
  return rename_options(arguments.front(), std::span(arguments).subspan(1));
}

void warn_of_names(const CLI::App& app, const std::vector<std::string>& renamed) {
  if (!speaks()) return;
  for (const CLI::App* sub : app.get_subcommands())
    if (const CLI::Option* quiet = sub->get_option_no_throw("--quiet");
        quiet != nullptr && quiet->count() > 0)
      return;
  for (const std::string& sentence : renamed) print_error(full_name(app), "warning: " + sentence);
}

int run(int argc, char** argv) {
  CLI::App app("Segments georeferenced imagery with trained networks, on any Vulkan device.\n", "terramask");
  app.set_version_flag("--version", "terramask " TERRAMASK_VERSION);
  app.footer(kExamples);
  app.require_subcommand(1);
  std::function<int()> work;
  std::array<std::function<int()>, std::size(kSubcommands)> runs;
  TileArguments tiles;
  for (std::size_t i = 0; i < std::size(kSubcommands); ++i) {
    CLI::App* sub = app.add_subcommand(kSubcommands[i].name, kSubcommands[i].help);
    kSubcommands[i].options(*sub, runs[i]);
    if (kSubcommands[i].takes_rasters) add_tile_options(*sub, tiles);
    sub->final_callback([&work, &chosen = runs[i]] { work = chosen; });
  }
  if (argc < 2) {
    tell(app.help());
    return 2;
  }
  std::vector<std::string> arguments(argv + 1, argv + argc);
  // CLI11 would show the help of the program for `terramask nosuch --help`.
  if (const std::string& first = arguments.front(); !first.starts_with('-')) {
    if (std::ranges::none_of(kSubcommands, [&](const Subcommand& one) { return one.name == first; }))
      return refuse_call(app, unknown_subcommand(app, first));
  }
  const std::vector<std::string> renamed = present_names(arguments);
  std::ranges::reverse(arguments);  // as CLI11 takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return refuse_call(app, explain(app, error));
  }
  show_options_of(*app.get_subcommands().front());
  warn_of_names(app, renamed);
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
