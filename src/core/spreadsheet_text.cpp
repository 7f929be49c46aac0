#include "core/spreadsheet_text.hpp"

#include <charconv>
#include <string_view>

namespace terramask {

std::string spreadsheet_text(std::string text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == std::string_view::npos) return text;
  // "-12" and "+1.5" are what they say.
  const char* const begin = text.data() + (text.front() == '+' ? 1 : 0);
  const char* const end = text.data() + text.size();
  double number = 0;
  const auto [rest, failed] = std::from_chars(begin, end, number);
  if (failed != std::errc() || rest != end || text.starts_with("+-")) text.insert(text.begin(), '\'');
  return text;
}

}  // namespace terramask
