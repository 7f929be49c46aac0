// The options that say how tiles of "xyz:" names are fetched, and what is said of them in the end: the same
// for every subcommand that reads rasters.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "terramask/tiles.hpp"

namespace terramask::tools {

struct TileArguments {
  TileSettings settings;
  std::string cache_size;
  bool allow_missing = false;
};

/// Adds --zoom, --offline, --tile-cache, --tile-cache-size, --tile-rate, --tile-connections, --tile-timeout,
/// --tile-retries and
/// --allow-missing-tiles.
void add_tile_options(CLI::App& app, TileArguments& arguments);

/// Makes them the process's; the work that reads stops with `stop`.
void start_tiles(const TileArguments& arguments, const StopFlag* stop);

/// `--zoom`, for names that are kept.
std::optional<int> chosen_zoom();

/// Says what became of the tiles of each source, and names those that failed. The exit status is 1 then, also
/// where the work itself was done (its status is 0), unless they may be missing.
/// @param name  the program and its subcommand, for one that has no messages of its own
int finish_tiles(int status, const TileArguments& arguments, const std::string& name);

}  // namespace terramask::tools
