// A legend's entry.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace terramask {

struct ClassInfo {
  int value = 0;      ///< the pixel value in masks and label rasters
  std::string name;   ///< "road"
  std::string color;  ///< "#rrggbb"
  /// Whether maps show it transparent. Empty: if its name is that of a background.
  std::optional<bool> transparent{};
};

/// Values of the classes whose names are those of a background: "background", "none", "unlabelled", ...; at
/// value 0 also "other", "not road" and the first of two classes.
std::set<int> background_values(std::span<const ClassInfo> classes);

/// Values of the classes that maps show transparent.
std::set<int> transparent_values(std::span<const ClassInfo> classes);

/// Sets whether the background is transparent. If no class has a background's name, the background is
/// the class of value 0, or else the first.
void set_background_transparent(std::vector<ClassInfo>& classes, bool transparent);

}  // namespace terramask
