// Rules in one line: whole files, each painted as one class.
#pragma once

#include <string>
#include <vector>

#include "labels/base/rules.hpp"

namespace terramask::labels {

/// Where other rules are named by their file.
inline constexpr const char* kBurn = "`burns`";

/// "buildings.gpkg=building", "roads.geojson=road:6m", "town.gpkg#layer=water=water": FILE[#layer=NAME]=CLASS
/// and the width of lines and points. Later ones paint over earlier ones; what none paints is background, 0.
/// @throws Error usage for one that is no such text; as read_rules does
Rules burn_rules(const std::vector<std::string>& burns);

/// The rules file that says the same.
keys::Json burn_json(const std::vector<std::string>& burns);

}  // namespace terramask::labels
