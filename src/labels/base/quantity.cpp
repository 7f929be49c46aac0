#include "labels/base/quantity.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <vector>

namespace terramask::labels {
namespace {

constexpr double kFoot = 0.3048;
constexpr double kInch = 0.0254;

struct Unit {
  std::string_view name;
  double factor;
};
/// Longer names before those they begin with.
constexpr std::array<Unit, 22> kUnits{{{"metres", 1},     {"metre", 1},     {"meters", 1},   {"meter", 1},
                                       {"mm", 0.001},     {"m", 1},         {"cm", 0.01},    {"km", 1000},
                                       {"feet", kFoot},   {"foot", kFoot},  {"ft", kFoot},   {"'", kFoot},
                                       {"inches", kInch}, {"inch", kInch},  {"in", kInch},   {"\"", kInch},
                                       {"yards", 0.9144}, {"yard", 0.9144}, {"yds", 0.9144}, {"yd", 0.9144},
                                       {"lanes", 1},      {"lane", 1}}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

/// Takes a number from the front of the text.
std::optional<double> take_number(std::string_view& text) {
  std::string digits;
  std::size_t end = 0;
  while (end < text.size()) {
    const char c = text[end];
    if (std::isdigit(static_cast<unsigned char>(c)) == 0 && c != '.' && c != ',') break;
    digits += c == ',' ? '.' : c;
    ++end;
  }
  double value = 0;
  const auto [stop, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  if (failed != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
  text.remove_prefix(end);
  text = trim(text);
  return value;
}

std::optional<double> take_unit(std::string_view& text) {
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    const std::string_view rest = text.substr(unit.name.size());
    const bool word = std::isalpha(static_cast<unsigned char>(unit.name.back())) != 0;
    if (word && !rest.empty() && std::isalpha(static_cast<unsigned char>(rest.front())) != 0) continue;
    text = trim(rest);
    if (text.starts_with('.')) text = trim(text.substr(1));
    return unit.factor;
  }
  return std::nullopt;
}

/// "7.5 m", "12'6\"".
std::optional<double> parse_single(std::string_view text) {
  text = trim(text);
  double sum = 0;
  double last = 1e9;  // units go from large to small
  do {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    const auto unit = take_unit(text);
    if (!unit && (!text.empty() || last < 1e9)) return std::nullopt;
    const double factor = unit.value_or(1);
    if (factor >= last) return std::nullopt;
    sum += *number * factor;
    last = factor;
  } while (!text.empty());
  return sum;
}

/// The unit at the end of "6-8 m" is that of both.
std::optional<double> parse_range(std::string_view text, std::string_view dash) {
  const std::size_t at = text.find(dash);
  if (at == std::string_view::npos) return parse_single(text);
  const std::string_view from = trim(text.substr(0, at));
  const std::string_view to = trim(text.substr(at + dash.size()));
  std::string_view unit = to;
  if (!take_number(unit)) return std::nullopt;
  const auto high = parse_single(to);
  const bool bare = !from.empty() && std::isdigit(static_cast<unsigned char>(from.back())) != 0;
  const auto low = parse_single(bare ? std::string(from) + std::string(unit) : std::string(from));
  if (!low || !high) return std::nullopt;
  return (*low + *high) / 2;
}

}  // namespace

std::optional<double> parse_quantity(std::string_view given) {
  std::string text(given);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  std::string_view rest = trim(text);
  for (const std::string_view word :
       {"approximately", "approx.", "approx", "about", "circa", "ca.", "ca", "c.", "~"})
    if (rest.starts_with(word)) {
      rest = trim(rest.substr(word.size()));
      break;
    }
  double sum = 0;
  int parts = 0;
  while (true) {
    const std::size_t end = rest.find(';');
    const std::string_view part = trim(rest.substr(0, end));
    const bool en_dash = part.find("\u2013") != std::string_view::npos;
    const auto value = parse_range(part, en_dash ? "\u2013" : "-");
    if (!value) return std::nullopt;
    sum += *value;
    ++parts;
    if (end == std::string_view::npos) break;
    rest = rest.substr(end + 1);
  }
  const double value = sum / parts;
  return value > 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace terramask::labels
