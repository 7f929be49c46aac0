#include "evaluate/class_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "core/class_colors.hpp"
#include "evaluate/class_match.hpp"
#include "evaluate/mask_source.hpp"
#include "evaluate/reference_source.hpp"
#include "geo/files/open.hpp"
#include "geo/style/mask_classes.hpp"
#include "geo/vector/vector_layer.hpp"

namespace terramask::evaluation {
namespace {

/// For a class that has no colour; the first is dark, for it is often a background.
const char* color_of(std::size_t index) {
  const std::size_t place = index % kClassColors.size();
  return place == 0 ? "#20262e" : kClassColors[place - 1];
}

ClassInfo parse_class(const std::string& text) {
  const std::size_t equals = text.find('=');
  int value = -1;
  const char* end = text.data() + std::min(equals, text.size());
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  if (equals == std::string::npos || equals + 1 == text.size() || failed != std::errc() || stop != end)
    throw Error(ErrorCode::usage, fmt::format("`classes` {}: not VALUE=NAME", text),
                "write it as `classes=0=background,1=road`");
  return {value, text.substr(equals + 1), ""};
}

/// Adds what is new; throws where a value has another name already.
void merge(std::vector<ClassInfo>& classes, const std::vector<ClassInfo>& more, const std::string& path) {
  for (const ClassInfo& one : more) {
    const auto same = std::find_if(classes.begin(), classes.end(),
                                   [&](const ClassInfo& known) { return known.value == one.value; });
    if (same == classes.end()) {
      classes.push_back(one);
    } else if (same->name != one.name) {
      throw Error(
          ErrorCode::mismatch,
          fmt::format("{}: calls its value {} \"{}\", masks before it \"{}\"", path, one.value, one.name,
                      same->name),
          "evaluate masks of different models one after the other, or name the classes with `classes`");
    }
  }
}

constexpr std::size_t kMostClasses = 1024;  // the matrix takes 8 bytes for each pair of them

void complete(std::vector<ClassInfo>& classes) {
  if (classes.size() > kMostClasses)
    throw Error(ErrorCode::unsupported,
                fmt::format("{} classes; a confusion matrix of more than {} classes is not useful",
                            classes.size(), kMostClasses),
                "gather classes into fewer first");
  std::size_t color = 0;
  for (ClassInfo& one : classes) {
    if (one.name.empty()) one.name = fmt::format("class {}", one.value);
    if (!geo::parse_color(one.color)) one.color = color_of(color);
    ++color;
  }
  geo::check_classes(classes);
}

}  // namespace

std::vector<ClassInfo> class_list(const EvaluationOptions& options, const StopFlag* stop) {
  std::vector<ClassInfo> classes;
  for (const std::string& text : options.classes) classes.push_back(parse_class(text));
  if (classes.empty())
    for (const EvaluationPair& pair : options.pairs) merge(classes, legend_of(pair.mask), pair.mask);
  if (classes.empty()) {
    for (const EvaluationPair& pair : options.pairs) {
      if (!pair.reference.empty() && !geo::is_vector_file(pair.reference))
        merge(classes, legend_of(pair.reference), pair.reference);
      for (const int value : values_in(pair.mask, stop))
        if (std::none_of(classes.begin(), classes.end(),
                         [&](const ClassInfo& known) { return known.value == value; }))
          classes.push_back({value, "", geo::palette_color(*geo::open_raster(pair.mask), value)});
    }
    if (classes.empty())
      throw Error(ErrorCode::mismatch, options.pairs.front().mask + ": holds nothing but nodata",
                  "name a mask with something in it");
    std::sort(classes.begin(), classes.end(),
              [](const ClassInfo& a, const ClassInfo& b) { return a.value < b.value; });
  }
  complete(classes);
  return classes;
}

std::optional<std::size_t> positive_class(const EvaluationOptions& options,
                                          const std::vector<ClassInfo>& classes) {
  if (!options.positive.empty()) return find_class(classes, options.positive, "`positive`");
  if (classes.size() == 2) return 1;
  return std::nullopt;
}

}  // namespace terramask::evaluation
