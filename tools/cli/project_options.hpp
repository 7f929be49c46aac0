// Keys of a project as options: what init writes into the file, and train takes instead of the file's.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "keys/setting.hpp"

namespace terramask::tools {

/// Adds --architecture and every key of an architecture (--width), --patch, --batch, --loss, --class-weights,
/// --sampling and --set KEY=VALUE, in a group of their own. The project's reader checks the values.
void add_project_options(CLI::App& app, std::vector<keys::Setting>& settings);

}  // namespace terramask::tools
