// Keys of a project as options: what init writes into the file, and train takes instead of the file's.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "keys/setting.hpp"

namespace terramask::tools {

/// Adds --architecture, --width, --depth, --patch, --batch, --loss, --class-weights, --sampling and
/// --set KEY=VALUE, in a group of their own; the values are for the project's reader to check.
void add_project_options(CLI::App& app, std::vector<keys::Setting>& settings);

}  // namespace terramask::tools
