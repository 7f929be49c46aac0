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

TileRange TileExtent::range() const {
  if (west_.empty()) return east_;
  if (east_.empty()) return west_;
  const std::int64_t top = std::min(west_.y0, east_.y0), bottom = std::max(west_.y1, east_.y1);
  const bool apart = 2 * (east_.x0 - west_.x1) > across_;
  return apart ? TileRange{east_.x0, top, west_.x1 + across_, bottom}
               : TileRange{west_.x0, top, east_.x1, bottom};
}

std::vector<TileRange> in_world(int zoom, const TileRange& range) {
  const std::int64_t across = std::int64_t{1} << zoom;
  std::vector<TileRange> parts;
  for (const std::int64_t turn : {-across, std::int64_t{0}, across}) {
    const TileRange part{std::max(range.x0 + turn, std::int64_t{0}), range.y0,
                         std::min(range.x1 + turn, across), range.y1};
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
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
