#include "region/utc_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <regex>

namespace terramask::region {

std::string utc_time(std::time_t time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

std::string utc_time(const std::string& date) {
  static const std::regex form(
      R"((\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|z|[+-]\d\d:?\d\d)?)?)?)?)");
  std::smatch found;
  if (!std::regex_match(date, found, form)) return {};
  const auto number = [&](std::size_t i, int otherwise) {
    return found[i].matched ? std::stoi(found[i]) : otherwise;
  };
  std::tm parts{};
  parts.tm_year = number(1, 0) - 1900;
  parts.tm_mon = number(2, 1) - 1;
  parts.tm_mday = number(3, 1);
  parts.tm_hour = number(4, 0);
  parts.tm_min = number(5, 0);
  parts.tm_sec = number(6, 0);
  const std::tm named = parts;
  std::time_t time = ::timegm(&parts);
  // The 31st of April is none; a leap second is the next one.
  if (parts.tm_mon != named.tm_mon || named.tm_hour > 23 || named.tm_min > 59 || named.tm_sec > 60) return {};
  const std::string zone = found[7];
  if (zone.size() > 1) {
    const int hours = std::stoi(zone.substr(1, 2)), minutes = std::stoi(zone.substr(zone.size() - 2));
    time -= (zone[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  }
  return utc_time(time);
}

}  // namespace terramask::region
