// Whether maps show what lies below a mask's background.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "common/option_group.hpp"

namespace terramask::tools {

struct BackgroundArguments {
  bool seen_through = false, opaque = false;

  /// Nothing: as the model says, or by the classes' names.
  std::optional<bool> transparent() const {
    if (!seen_through && !opaque) return {};
    return seen_through;
  }
};

inline void add_background_options(CLI::App& app, BackgroundArguments& a) {
  OptionGroup output(app, "Output");
  CLI::Option* transparent = output.add_flag(
      "--background-transparent", a.seen_through,
      "Show the background transparent in QGIS (default: as the model says, or where the class "
      "is called background)");
  output.add_flag("--background-opaque", a.opaque, "Show the background in its colour")
      ->excludes(transparent);
}

}  // namespace terramask::tools
