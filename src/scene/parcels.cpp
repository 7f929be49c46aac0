#include "scene/parcels.hpp"

#include <algorithm>
#include <cmath>

#include "scene/random.hpp"

namespace terramask::scene {
namespace {

constexpr double corner = 6;  ///< from the cross street's centre line to the first parcel

int count(const Layout& layout, Block block, bool low) {
  const double width = layout.columns()[block.column + 1] - layout.columns()[block.column] - 2 * corner;
  const std::uint64_t h = hash(layout.seed(), 81, std::lround(layout.centre(block).x * 2 + (low ? 1 : 0)),
                               std::lround(layout.centre(block).y));
  return std::max(1, static_cast<int>(width / (17.5 + 5 * unit(h))));
}

Parcel make(const Layout& layout, Block block, bool low, int number, int total) {
  const double u0 = layout.columns()[block.column] + corner, u1 = layout.columns()[block.column + 1] - corner;
  const double v0 = layout.rows()[block.row], v1 = layout.rows()[block.row + 1];
  const double width = (u1 - u0) / total;
  const double middle = (v0 + v1) / 2;
  Parcel parcel{u0 + number * width, u0 + (number + 1) * width, low ? v0 : v1, middle, 0};
  parcel.seed =
      hash(layout.seed(), 82, std::lround(parcel.u0 * 4), std::lround(parcel.street * 4) * 2 + (low ? 1 : 0));
  return parcel;
}

}  // namespace

Parcel parcel_at(const Layout& layout, Block block, Point frame) {
  const bool low = frame.y < (layout.rows()[block.row] + layout.rows()[block.row + 1]) / 2;
  const int total = count(layout, block, low);
  const double u0 = layout.columns()[block.column] + corner, u1 = layout.columns()[block.column + 1] - corner;
  const int number = static_cast<int>(std::floor((frame.x - u0) / (u1 - u0) * total));
  return make(layout, block, low, std::clamp(number, 0, total - 1), total);
}

std::vector<Parcel> parcels(const Layout& layout, Block block) {
  std::vector<Parcel> all;
  for (const bool low : {true, false}) {
    const int total = count(layout, block, low);
    for (int number = 0; number < total; ++number) all.push_back(make(layout, block, low, number, total));
  }
  return all;
}

}  // namespace terramask::scene
