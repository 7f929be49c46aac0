#include "tiles/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace terramask::tiles {

std::string to_string(const TileAddress& address) {
  return fmt::format("{}/{}/{}", address.zoom, address.x, address.y);
}

void TileRange::add(std::int64_t x, std::int64_t y) {
  if (empty()) {
    *this = {x, y, x + 1, y + 1};
    return;
  }
  x0 = std::min(x0, x);
  y0 = std::min(y0, y);
  x1 = std::max(x1, x + 1);
  y1 = std::max(y1, y + 1);
}

double western_edge(int zoom, std::int64_t x) {
  return kHalfWorld * (std::ldexp(static_cast<double>(x), 1 - zoom) - 1);
}

double northern_edge(int zoom, std::int64_t y) {
  return kHalfWorld * (1 - std::ldexp(static_cast<double>(y), 1 - zoom));
}

std::string quadkey(const TileAddress& address) {
  std::string digits;
  for (int bit = address.zoom - 1; bit >= 0; --bit) {
    const std::int64_t digit = (address.x >> bit & 1) + 2 * (address.y >> bit & 1);
    digits.push_back(static_cast<char>('0' + digit));
  }
  return digits;
}

TileAddress from_quadkey(const std::string& digits) {
  TileAddress address;
  for (const char digit : digits) {
    address.zoom += 1;
    address.x = 2 * address.x + ((digit - '0') & 1);
    address.y = 2 * address.y + ((digit - '0') >> 1);
  }
  return address;
}

}  // namespace terramask::tiles
