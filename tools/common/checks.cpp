#include "common/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/nearest_name.hpp"

namespace terramask::tools {
namespace {

/// Nothing where `text` is not a number and nothing else.
template <class T>
bool parse(const std::string& text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, value);
  return failed == std::errc() && stop == end;
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> choices) {
  return {[choices = std::move(choices)](const std::string& text) {
            if (std::ranges::find(choices, text) != choices.end()) return std::string();
            const std::string nearest = nearest_name(text, choices);
            return fmt::format("\"{}\" is none of {}{}", text, fmt::join(choices, ", "),
                               nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest));
          },
          ""};
}

CLI::Validator whole_number(std::int64_t first, std::int64_t last) {
  return {[=](const std::string& text) {
            std::int64_t value = 0;
            if (parse(text, value) && value >= first && value <= last) return std::string();
            return fmt::format("\"{}\" is not a whole number from {} to {}", text, first, last);
          },
          ""};
}

CLI::Validator number() {
  return {[](const std::string& text) {
            double value = 0;
            if (parse(text, value) && std::isfinite(value)) return std::string();
            return fmt::format("\"{}\" is not a number", text);
          },
          ""};
}

CLI::Validator number_between(double first, double last) {
  return {[=](const std::string& text) {
            double value = 0;
            if (parse(text, value) && value >= first && value <= last) return std::string();
            return fmt::format("\"{}\" is not a number from {} to {}", text, first, last);
          },
          ""};
}

CLI::Validator positive_number() {
  return {[](const std::string& text) {
            double value = 0;
            if (parse(text, value) && std::isfinite(value) && value > 0) return std::string();
            return fmt::format("\"{}\" is not a number above 0", text);
          },
          ""};
}

}  // namespace terramask::tools
