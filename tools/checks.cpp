#include "checks.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

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

CLI::Validator positive_number() {
  return {[](const std::string& text) {
            double value = 0;
            if (parse(text, value) && std::isfinite(value) && value > 0) return std::string();
            return fmt::format("\"{}\" is not a number above 0", text);
          },
          ""};
}

}  // namespace terramask::tools
