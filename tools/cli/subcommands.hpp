// The subcommands of terramask. Each adds its options to its own App and sets `run`, which does the work and
// returns the exit status; what it throws is told by terramask.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace terramask::tools {

void segment_options(CLI::App& app, std::function<int()>& run);
void region_options(CLI::App& app, std::function<int()>& run);
void info_options(CLI::App& app, std::function<int()>& run);
void picture_options(CLI::App& app, std::function<int()>& run);
void devices_options(CLI::App& app, std::function<int()>& run);
void init_options(CLI::App& app, std::function<int()>& run);
void legend_options(CLI::App& app, std::function<int()>& run);
void labels_options(CLI::App& app, std::function<int()>& run);
void train_options(CLI::App& app, std::function<int()>& run);
void evaluate_options(CLI::App& app, std::function<int()>& run);
void vectorize_options(CLI::App& app, std::function<int()>& run);
void mosaic_options(CLI::App& app, std::function<int()>& run);
void zonal_options(CLI::App& app, std::function<int()>& run);
void scene_options(CLI::App& app, std::function<int()>& run);

}  // namespace terramask::tools
