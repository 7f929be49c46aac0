// What a subcommand says besides its result: -q and -v, warnings and notes on stderr.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "common/progress_bar.hpp"

namespace terramask::tools {

struct Verbosity {
  bool quiet = false;
  bool verbose = false;
};

/// Adds -q/--quiet and -v/--verbose.
void add_verbosity_options(CLI::App& app, Verbosity& verbosity);

/// Lets spdlog write to stderr, each line after `name`: errors alone with -q, details too with -v.
void start_messages(const std::string& name, const Verbosity& verbosity);

/// Shows progress on a bar, unless --quiet.
ProgressSink progress_sink(const Verbosity& verbosity, ProgressBar& bar);

}  // namespace terramask::tools
