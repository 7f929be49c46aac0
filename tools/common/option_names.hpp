// How messages name settings: the library says `pixel_size`, and the command line shows --pixel-size.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace terramask::tools {

/// Settings whose options have other names than theirs. A line holds for each subcommand with that option.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kDifferingOptions{{
    {"assumed_pixel_size_m", "--pixel-size"},
    {"band_override", "--bands"},
    {"burns", "--burn"},
    {"classes", "--mask-map"},
    {"creation_options", "--co"},
    {"export_folder", "--export"},
    {"id_field", "--zones-id"},
    {"layer", "--zones-layer"},
    {"memory", "--max-memory"},
    {"no_alpha", "--no-src-alpha"},
    {"output", "-o"},
    {"positive", "--class"},
}};

/// The options of a program or subcommand, by the names of the settings.
class OptionNames {
 public:
  OptionNames() = default;
  explicit OptionNames(const CLI::App& app);

  /// "use `overwrite`, or `crs=EPSG:4326`" becomes "use --overwrite, or --crs EPSG:4326". What is in
  /// backquotes and no option of the program, such as a command, stays as it is.
  std::string shown(std::string_view text) const;

 private:
  /// Empty where `quoted` names no option.
  std::string option_of(std::string_view quoted) const;

  std::map<std::string, std::string, std::less<>> options_;
};

/// From now on `with_options` knows those of `app`. Call it before other threads start.
void show_options_of(const CLI::App& app);

/// A message of the library as `OptionNames::shown` has it. Errors, warnings and notes that are printed need
/// no such call: `print_error` and the sink of `start_messages` make it.
std::string with_options(std::string_view text);
std::vector<std::string> with_options(std::vector<std::string> texts);

}  // namespace terramask::tools
