// What values options take, told in the user's words: CLI11's own ranges print doubles of 300 digits.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace terramask::tools {

/// The longest side a raster can have, and more than any tile or patch makes sense at.
constexpr std::int64_t largest_side = std::int64_t{1} << 30;

CLI::Validator one_of(std::vector<std::string> choices);
CLI::Validator whole_number(std::int64_t first, std::int64_t last);
CLI::Validator number();
CLI::Validator positive_number();
CLI::Validator number_between(double first, double last);

}  // namespace terramask::tools
