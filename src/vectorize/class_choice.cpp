#include "vectorize/class_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace terramask::vectors {
namespace {

std::int32_t value_of(const Mask& mask, const std::string& name, const std::string& option) {
  for (const ClassInfo& one : mask.classes)
    if (one.name == name) return one.value;
  std::int32_t value = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data(), end, value);
  if (parsed.ec == std::errc() && parsed.ptr == end && value >= 0) return value;
  std::vector<std::string> known;
  for (const ClassInfo& one : mask.classes) known.push_back(one.name);
  throw Error(ErrorCode::usage, fmt::format("{} {}: {} has no such class", option, name, mask.facts.path),
              known.empty() ? "it names no classes: give the class's value"
                            : fmt::format("it has {}", fmt::join(known, ", ")));
}

}  // namespace

std::set<std::int32_t> choose_classes(const Mask& mask, const std::vector<std::string>& names,
                                      const std::string& option) {
  std::set<std::int32_t> values;
  for (const std::string& name : names) values.insert(value_of(mask, name, option));
  return values;
}

}  // namespace terramask::vectors
