// What is wrong with a call, in one line: CLI11 says what it did not expect, this what was probably meant.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace terramask::tools {

/// "unknown subcommand segmnet; did you mean segment?"
std::string unknown_subcommand(const CLI::App& app, const std::string& name);

/// @param app  the program, after parsing failed
std::string explain(const CLI::App& app, const CLI::ParseError& error);

}  // namespace terramask::tools
