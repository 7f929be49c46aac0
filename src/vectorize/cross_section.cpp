#include "vectorize/cross_section.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

namespace terramask::vectors {
namespace {

constexpr double kCorner = 1e-9;  // pixels

}  // namespace

CrossSections::CrossSections(double across, double down, int reach)
    : across_(across), down_(down), reach_(reach) {
  const double least = std::min(across, down) * reach;
  for (std::int32_t y = -reach; y <= reach; ++y)
    for (std::int32_t x = -reach; x <= reach; ++x) {
      const double distance = std::hypot(x * across, y * down);
      if (distance > 0 && distance <= least) steps_.push_back({x, y, distance});
    }
  std::sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) {
    return std::tie(a.distance, a.y, a.x) < std::tie(b.distance, b.y, b.x);
  });
}

double CrossSections::march(const PixelStrip& strip, double x, double y, geo::Point direction, double most) {
  // From pixel to pixel (Amanatides and Woo 1987): `next` is the way to the next column and the next row.
  const double px = x + 0.5, py = y + 0.5;
  auto column = static_cast<std::int64_t>(std::floor(px)), row = static_cast<std::int64_t>(std::floor(py));
  constexpr double never = std::numeric_limits<double>::infinity();
  const auto first = [](double place, std::int64_t pixel, double way) {
    if (way == 0) return never;
    return (static_cast<double>(way > 0 ? pixel + 1 : pixel) - place) / way;
  };
  double next_column = first(px, column, direction.x), next_row = first(py, row, direction.y);
  for (double done = 0; done < most;) {
    if (strip.at(column, row) == 0) return done;
    done = std::min(next_column, next_row);
    // Through a corner it goes from one pixel to the one across.
    const bool over_column = next_column <= done + kCorner, over_row = next_row <= done + kCorner;
    if (over_column) {
      column += direction.x > 0 ? 1 : -1;
      next_column += 1 / std::abs(direction.x);
    }
    if (over_row) {
      row += direction.y > 0 ? 1 : -1;
      next_row += 1 / std::abs(direction.y);
    }
  }
  return most;
}

geo::Point CrossSections::direction(const PixelStrip& thinned, std::int64_t x, std::int64_t y) const {
  // The main axis of the pixels that hang together with this one, a few pixels around.
  constexpr int side = 2 * kAround + 1;
  std::array<bool, side * side> seen{};
  std::array<std::pair<int, int>, side * side> found;
  std::size_t count = 0;
  const auto visit = [&](int dx, int dy) {
    if (std::abs(dx) > kAround || std::abs(dy) > kAround || thinned.at(x + dx, y + dy) == 0) return;
    bool& one = seen[static_cast<std::size_t>(dy + kAround) * side + static_cast<std::size_t>(dx + kAround)];
    if (one) return;
    one = true;
    found[count++] = {dx, dy};
  };
  visit(0, 0);
  for (std::size_t i = 0; i < count; ++i)
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx) visit(found[i].first + dx, found[i].second + dy);
  double mx = 0, my = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < count; ++i) {
    mx += found[i].first * across_ / static_cast<double>(count);
    my += found[i].second * down_ / static_cast<double>(count);
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double dx = found[i].first * across_ - mx, dy = found[i].second * down_ - my;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const double along = 0.5 * std::atan2(2 * xy, xx - yy);
  return {std::cos(along), std::sin(along)};
}

geo::Point CrossSections::in_pixels(geo::Point ground) const {
  const geo::Point pixels{ground.x / across_, ground.y / down_};
  const double length = std::hypot(pixels.x, pixels.y);
  return {pixels.x / length, pixels.y / length};
}

std::optional<CrossSection> CrossSections::at(const PixelStrip& strip, const PixelStrip& thinned,
                                              std::int64_t x, std::int64_t y) const {
  const auto nearest = std::find_if(steps_.begin(), steps_.end(),
                                    [&](const Step& step) { return strip.at(x + step.x, y + step.y) == 0; });
  if (nearest == steps_.end()) return std::nullopt;
  const auto px = static_cast<double>(x), py = static_cast<double>(y);
  const double away = std::hypot(nearest->x, nearest->y);
  const double radius =
      march(strip, px, py, {nearest->x / away, nearest->y / away}, away) * nearest->distance / away;
  const geo::Point ground = direction(thinned, x, y);
  const geo::Point out = in_pixels({-ground.y, ground.x}), along = in_pixels(ground);
  const double unit = std::hypot(out.x * across_, out.y * down_);
  const double most = 1.5 * radius / unit + 1.5;
  // The mean of three lines side by side: one alone, at 45 degrees, would count every other row of pixels.
  double one = 0, other = 0;
  for (const double beside : {-0.5, 0.0, 0.5}) {
    const double x0 = px + beside * along.x, y0 = py + beside * along.y;
    one += march(strip, x0, y0, out, most) / 3;
    other += march(strip, x0, y0, {-out.x, -out.y}, most) / 3;
  }
  const double shift = (one - other) / 2;
  CrossSection section{{out.x * shift, out.y * shift}, (one + other) * unit, radius, along};
  const double far = std::min(3.0 * reach_, 3 * radius / std::min(across_, down_) + 4);
  const double ahead = march(strip, px, py, along, far);
  const double back = march(strip, px, py, {-along.x, -along.y}, far);
  if (ahead < far) section.ahead = ahead;
  if (back < far) section.back = back;
  return section;
}

}  // namespace terramask::vectors
