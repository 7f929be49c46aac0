// Slippy-map tile addresses: zoom, column from the west, row from the north.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace terramask::tiles {

/// Rasters of deeper zooms would have more columns than an int can represent.
constexpr int kDeepestZoom = 29;

/// Half the world's width in EPSG:3857 in metres: π times the ellipsoid's semi-major axis.
constexpr double kHalfWorld = 20037508.342789244;

struct TileAddress {
  int zoom = 0;
  std::int64_t x = 0;
  std::int64_t y = 0;

  bool operator==(const TileAddress&) const = default;
  bool operator<(const TileAddress& other) const {
    return std::tie(zoom, x, y) < std::tie(other.zoom, other.x, other.y);
  }
  bool in_world() const {
    const std::int64_t across = std::int64_t{1} << zoom;
    return x >= 0 && y >= 0 && x < across && y < across;
  }
};

/// A unique number for each address.
constexpr std::uint64_t packed(const TileAddress& a) {
  return static_cast<std::uint64_t>(a.zoom) << 58U | static_cast<std::uint64_t>(a.x) << 29U |
         static_cast<std::uint64_t>(a.y);
}
constexpr TileAddress unpacked(std::uint64_t key) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << 29U) - 1;
  return {static_cast<int>(key >> 58U), static_cast<std::int64_t>(key >> 29U & mask),
          static_cast<std::int64_t>(key & mask)};
}

/// "18/69105/105093"
std::string to_string(const TileAddress& address);

/// Columns [x0, x1) and rows [y0, y1) of one zoom.
struct TileRange {
  std::int64_t x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  bool operator==(const TileRange&) const = default;
  bool empty() const { return x0 >= x1 || y0 >= y1; }
  std::int64_t width() const { return x1 - x0; }
  std::int64_t height() const { return y1 - y0; }
  bool holds(std::int64_t x, std::int64_t y) const { return x >= x0 && x < x1 && y >= y0 && y < y1; }
  void add(std::int64_t x, std::int64_t y);
};

/// The range of tiles, continued beyond the last column if tiles lie on both sides of the 180th meridian and
/// none near the opposite meridian.
class TileExtent {
 public:
  explicit TileExtent(int zoom) : across_(std::int64_t{1} << zoom) {}
  void add(std::int64_t x, std::int64_t y) { (2 * x < across_ ? west_ : east_).add(x, y); }
  TileRange range() const;

 private:
  std::int64_t across_;
  TileRange west_, east_;
};

/// The parts of a range with columns inside the world: one, or two across the 180th meridian.
std::vector<TileRange> in_world(int zoom, const TileRange& range);

/// Wraps a column beyond the world's last one.
constexpr std::int64_t world_column(int zoom, std::int64_t x) {
  const std::int64_t across = std::int64_t{1} << zoom;
  return (x % across + across) % across;
}

/// Converts a row between counting from the north and from the south (TMS, MBTiles).
constexpr std::int64_t flipped_row(int zoom, std::int64_t y) {
  return (std::int64_t{1} << zoom) - 1 - y;
}

/// EPSG:3857 coordinate of the western edge of column x, and of the northern edge of row y: exact except for
/// one rounding to double.
double western_edge(int zoom, std::int64_t x);
double northern_edge(int zoom, std::int64_t y);

/// Bing's quadkey: one digit per zoom.
std::string quadkey(const TileAddress& address);
/// The tile of a quadkey (digits 0 to 3; the caller must check).
TileAddress from_quadkey(const std::string& digits);

}  // namespace terramask::tiles
