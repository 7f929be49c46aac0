#include "terramask/class_info.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

namespace terramask {
namespace {

bool is_background(const ClassInfo& one, std::size_t classes) {
  static const std::set<std::string_view> always{"background", "nodata", "none",      "nothing",
                                                 "unlabelled", "void",   "unlabeled", "unclassified"};
  static const std::set<std::string_view> kAtZero{"other", "others", "rest", "unknown", "undefined"};
  std::string name = one.name;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  if (always.contains(name)) return true;
  return one.value == 0 && (classes == 2 || kAtZero.contains(name) || name.starts_with("no ") ||
                            name.starts_with("not ") || name.starts_with("non-"));
}

}  // namespace

std::set<int> background_values(std::span<const ClassInfo> classes) {
  std::set<int> values;
  for (const ClassInfo& one : classes)
    if (is_background(one, classes.size())) values.insert(one.value);
  return values;
}

std::set<int> transparent_values(std::span<const ClassInfo> classes) {
  std::set<int> values;
  for (const ClassInfo& one : classes)
    if (one.transparent.value_or(is_background(one, classes.size()))) values.insert(one.value);
  return values;
}

void set_background_transparent(std::vector<ClassInfo>& classes, bool transparent) {
  if (classes.empty()) return;
  bool named = false;
  for (ClassInfo& one : classes)
    if (is_background(one, classes.size())) {
      one.transparent = transparent;
      named = true;
    }
  if (named) return;
  const auto zero = std::ranges::find(classes, 0, &ClassInfo::value);
  (zero != classes.end() ? *zero : classes.front()).transparent = transparent;
}

}  // namespace terramask
