#include "region/utc_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <optional>
#include <regex>

#include "terramask/region.hpp"

namespace terramask::region {

std::string utc_time(std::time_t time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time));
}

namespace {

struct Moments {
  std::time_t first = 0, last = 0;
};

/// Of what an ISO 8601 date names: a year has two, a second is both. Empty for anything else.
std::optional<Moments> moments_of(const std::string& date) {
  static const std::regex form(
      R"((\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(Z|z|[+-]\d\d(?::?\d\d)?)?)?)?)?)");
  std::smatch found;
  if (!std::regex_match(date, found, form)) return std::nullopt;
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
  if (parts.tm_mon != named.tm_mon || named.tm_hour > 23 || named.tm_min > 59 || named.tm_sec > 60)
    return std::nullopt;
  std::tm next = parts;
  if (!found[2].matched)
    ++next.tm_year;
  else if (!found[3].matched)
    ++next.tm_mon;
  else if (!found[4].matched)
    ++next.tm_mday;
  else if (!found[6].matched)
    ++next.tm_min;
  else
    ++next.tm_sec;
  std::time_t end = ::timegm(&next);
  const std::string zone = found[7];
  if (zone.size() > 1) {
    const int hours = std::stoi(zone.substr(1, 2));
    const int minutes = zone.size() > 3 ? std::stoi(zone.substr(zone.size() - 2)) : 0;
    const int ahead = (zone[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    time -= ahead;
    end -= ahead;
  }
  return Moments{time, end - 1};
}

}  // namespace

std::string utc_time(const std::string& date) {
  const auto moments = moments_of(date);
  return moments ? utc_time(moments->first) : std::string();
}

}  // namespace terramask::region

namespace terramask {

TimeSpan parse_time_span(const std::string& text, const std::string& name) {
  const std::size_t slash = text.find('/');
  const auto first = region::moments_of(text.substr(0, slash));
  const auto last = slash == std::string::npos ? first : region::moments_of(text.substr(slash + 1));
  constexpr const char* remedy =
      "give START or START/END as in 2024-05-01 or 2024-05-01T10:30:00Z/2024-05-03";
  if (!first || !last)
    throw Error(ErrorCode::usage, fmt::format("{} {}: not a date of ISO 8601", name, text), remedy);
  if (last->last < first->first)
    throw Error(ErrorCode::usage, fmt::format("{} {}: ends before it begins", name, text), remedy);
  return {region::utc_time(first->first),
          region::utc_time(slash == std::string::npos ? first->first : last->last)};
}

}  // namespace terramask
