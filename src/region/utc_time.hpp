// Dates as catalogues and priorities need them.
#pragma once

#include <ctime>
#include <string>

namespace terramask::region {

/// "2024-05-01T08:30:00Z" of an ISO 8601 date: a year, a month, a day, or a time, with or without a zone.
/// What names no time begins with its first moment, what names no zone is taken as UTC; fractions of seconds
/// are dropped. Empty for anything else. Such texts sort as the times do.
std::string utc_time(const std::string& date);

std::string utc_time(std::time_t time);

}  // namespace terramask::region
