// Lengths and areas as people write them.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "terramask/error.hpp"
#include "terramask/vectorize.hpp"

namespace terramask {

Measure parse_measure(const std::string& text, const std::string& option) {
  Measure measure;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, measure.value);
  const std::string unit(parsed.ptr, end);
  measure.pixels = unit == "px";
  const bool known = unit.empty() || unit == "m" || unit == "m2" || measure.pixels;
  if (parsed.ec != std::errc() || !known || !std::isfinite(measure.value) || measure.value < 0)
    throw Error(ErrorCode::usage, fmt::format("{} {}: not a measure", option, text),
                "write 25 for metres (or square metres), 25px for pixels");
  return measure;
}

std::string to_string(const Measure& measure) {
  return fmt::format("{}{}", measure.value, measure.pixels ? "px" : "");
}

}  // namespace terramask
