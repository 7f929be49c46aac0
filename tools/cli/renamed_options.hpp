// Options by the names they once had. They are accepted for one version, with a line of warning.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace terramask::tools {

struct RenamedOption {
  std::string_view subcommand;
  std::string_view once;
  std::string_view now;
};

/// Each keeps its old meaning under its old name: none of these names means anything else in its subcommand.
std::span<const RenamedOption> renamed_options();

/// Replaces old names among the arguments after a subcommand, up to "--".
/// @return a sentence for each name that was replaced: "--polygons is now called --cutline"
std::vector<std::string> rename_options(std::string_view subcommand, std::span<std::string> arguments);

}  // namespace terramask::tools
