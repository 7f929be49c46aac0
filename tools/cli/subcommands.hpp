// The subcommands of terramask. Each adds its options to its own App and sets `run`, which does the work and
// returns the exit status; terramask.cpp reports what it throws.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace terramask::tools {

#define TERRAMASK_SUBCOMMAND(name, takes_rasters, help) \
  void name##_options(CLI::App& app, std::function<int()>& run);
#include "cli/subcommands.def"
#undef TERRAMASK_SUBCOMMAND

}  // namespace terramask::tools
