#include "evaluate/class_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "terramask/error.hpp"

namespace terramask::evaluation {
namespace {

constexpr std::size_t kMostUnknown = 1000;
constexpr std::size_t kMostListed = 12;

/// Infinities and NaN too.
std::optional<double> parse_number(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  return failed == std::errc() && stop == end ? std::optional(value) : std::nullopt;
}

/// NaN and infinities are in no raster's classes: they are never judged anyway.
void refuse_no_number(const std::string& text, const std::string& option) {
  const auto value = parse_number(text);
  if (!value || std::isfinite(*value)) return;
  throw Error(ErrorCode::usage, fmt::format("{}: {} is not a class value", option, text),
              "leave it out: pixels without a number are not evaluated");
}

/// "1=road,2=roof" are two; commas without an equals sign after them are part of a name.
std::vector<std::string> split_map(const std::vector<std::string>& map) {
  std::vector<std::string> entries;
  for (const std::string& text : map) {
    const auto refuse = [&text](const std::string& entry) {
      throw Error(
          ErrorCode::usage,
          fmt::format("`map` {}: {}not REFVALUE=CLASS", text, entry == text ? "" : "\"" + entry + "\" is "),
          "write it as `map=255=road`, or `map=1=road,2=roof`");
    };
    if (std::count(text.begin(), text.end(), '=') == 1 && text.front() != '=' && text.back() != '=') {
      entries.push_back(text);
      continue;
    }
    std::string entry;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      entry += (entry.empty() ? "" : ",") + text.substr(begin, end - begin);
      begin = end + 1;
      const std::size_t equals = entry.find('=');
      if (equals == std::string::npos && begin <= text.size()) continue;
      if (equals == std::string::npos || equals == 0 || equals + 1 == entry.size() ||
          entry.find('=', equals + 1) != std::string::npos)
        refuse(entry);
      entries.push_back(std::move(entry));
      entry.clear();
    }
  }
  return entries;
}

std::string list(const std::vector<ClassInfo>& classes) {
  std::string text;
  for (const ClassInfo& one : classes)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", one.value, one.name);
  return text;
}

}  // namespace

std::string label_of(double value) {
  return fmt::format("{}", value == 0 ? 0.0 : value);  // no "-0"
}

std::optional<double> label_number(const std::string& label) {
  const auto value = parse_number(label);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::string canonical_label(const std::string& label) {
  const auto value = label_number(label);
  return value ? label_of(*value) : label;
}

std::size_t find_class(const std::vector<ClassInfo>& classes, const std::string& text,
                       const std::string& option) {
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (classes[i].name == text) return i;
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (label_number(text) == static_cast<double>(classes[i].value)) return i;
  throw Error(ErrorCode::usage, fmt::format("{}: \"{}\" is not a class of the mask", option, text),
              "the classes are " + list(classes));
}

ClassMatch::ClassMatch(const std::vector<ClassInfo>& classes, const std::vector<std::string>& map,
                       const std::vector<std::string>& ignore) {
  for (std::size_t i = 0; i < classes.size(); ++i) {
    known_.emplace(label_of(classes[i].value), static_cast<Code>(i));
    by_name_.emplace(classes[i].name, static_cast<Code>(i));
  }
  for (const std::string& entry : split_map(map)) {
    const std::size_t equals = entry.find('=');
    refuse_no_number(entry.substr(0, equals), "`map` " + entry);
    const std::string label = canonical_label(entry.substr(0, equals));
    if (!said_.emplace(label, Said{"`map` " + entry}).second)
      throw Error(ErrorCode::usage, fmt::format("`map` {}: {} is mapped twice", entry, label),
                  "map each value of the reference once");
    known_[label] = static_cast<Code>(find_class(classes, entry.substr(equals + 1), "`map` " + entry));
  }
  for (const std::string& value : ignore) {
    refuse_no_number(value, "`ignore` " + value);
    if (!said_.emplace(canonical_label(value), Said{"`ignore` " + value}).second &&
        known_[canonical_label(value)] != kNotJudged)
      throw Error(ErrorCode::usage, fmt::format("`ignore` {}: it is mapped too", value),
                  "leave it out of `map` or `ignore`");
    known_[canonical_label(value)] = kNotJudged;
  }
}

Code ClassMatch::find(const std::string& label, const std::string& name) {
  if (const auto found = known_.find(canonical_label(label)); found != known_.end()) return met(*found);
  for (const std::string& text : {label, name}) {
    if (text.empty()) continue;
    if (const auto found = known_.find(text); found != known_.end()) return met(*found);
    if (const auto found = by_name_.find(text); found != by_name_.end()) return found->second;
  }
  return unknown;
}

Code ClassMatch::met(const std::pair<const std::string, Code>& known) {
  if (const auto said = said_.find(known.first); said != said_.end()) said->second.met = true;
  return known.second;
}

void ClassMatch::forget_met() {
  for (auto& [label, said] : said_) said.met = false;
}

std::set<std::string> ClassMatch::unmet() const {
  std::set<std::string> options;
  for (const auto& [label, said] : said_)
    if (!said.met) options.insert(said.option);
  return options;
}

std::set<std::string> ClassMatch::impossible(
    const std::function<bool(const std::string& label)>& holds) const {
  std::set<std::string> options;
  for (const auto& [label, said] : said_)
    if (!holds(label)) options.insert(said.option);
  return options;
}

void UnknownValues::add(const std::string& label, std::uint64_t count, const std::string& path) {
  counts_[label] += count;
  if (counts_.size() > kMostUnknown)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: holds more than {} values that are not classes of the mask", path, kMostUnknown),
        "is it an image? Name a raster of class values");
}

void UnknownValues::check(const std::string& path, const std::string& what, const std::string& unit,
                          const std::string& remedy) const {
  if (!counts_.empty()) refuse(path, what, unit, remedy);
}

void UnknownValues::refuse(const std::string& path, const std::string& what, const std::string& unit,
                           const std::string& remedy) const {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(counts_.begin(), counts_.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(sorted.size(), kMostListed); ++i)
    text += fmt::format("{}{} ({} {}{})", i == 0 ? "" : ", ", sorted[i].first, sorted[i].second, unit,
                        sorted[i].second == 1 ? "" : "s");
  if (sorted.size() > kMostListed) text += fmt::format(" and {} more", sorted.size() - kMostListed);
  throw Error(ErrorCode::mismatch, fmt::format("{}: holds {}: {}", path, what, text), remedy);
}

}  // namespace terramask::evaluation
