#include "common/checks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>

#include "core/nearest_name.hpp"

namespace terramask::tools {
namespace {

/// @param what  the numbers that fit are, as messages call them
template <class T>
CLI::Validator number_that(std::function<bool(T)> fits, std::string what) {
  return {[fits = std::move(fits), what = std::move(what)](const std::string& text) {
            T value{};
            const char* end = text.data() + text.size();
            const auto [stop, failed] = std::from_chars(text.data(), end, value);
            if (failed == std::errc() && stop == end && fits(value)) return std::string();
            return fmt::format("\"{}\" is not {}", text, what);
          },
          ""};
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
  return number_that<std::int64_t>([=](std::int64_t value) { return value >= first && value <= last; },
                                   fmt::format("a whole number from {} to {}", first, last));
}

CLI::Validator number() {
  return number_that<double>([](double value) { return std::isfinite(value); }, "a number");
}

CLI::Validator number_between(double first, double last) {
  return number_that<double>([=](double value) { return value >= first && value <= last; },
                             fmt::format("a number from {} to {}", first, last));
}

CLI::Validator positive_number() {
  return number_that<double>([](double value) { return std::isfinite(value) && value > 0; },
                             "a number above 0");
}

}  // namespace terramask::tools
