// Rivers along their lines in the layout, ponds in parks and meadows.
#include <numbers>

#include "scene/noise.hpp"
#include "scene/town.hpp"

namespace terramask::scene {
namespace {

/// Rivers are cut into lengths: a ring of a few kilometres is quicker to draw than one of a hundred.
void add_river(Town& town, std::size_t river) {
  const Layout& layout = town.layout;
  constexpr double step = 5, piece = 600;
  const double first = layout.columns().front(), last = layout.columns().back();
  for (double begin = first; begin < last; begin += piece) {
    Line left, right;
    for (int i = 0; i <= static_cast<int>(piece / step); ++i) {
      const double u = begin + i * step;
      const double v = layout.river_v(river, u), half = layout.river_half_width(river, u);
      left.push_back(layout.ground({u, v + half}));
      right.push_back(layout.ground({u, v - half}));
    }
    left.insert(left.end(), right.rbegin(), right.rend());
    if (town.matters(bounds(left))) town.waters.push_back({"river", std::move(left), 0, {}});
  }
}

void add_pond(Town& town, Block block) {
  const Layout& layout = town.layout;
  const Point frame = layout.centre(block);
  const std::uint64_t seed = hash(layout.seed(), 71, std::lround(frame.x), std::lround(frame.y));
  if (unit(seed) > 0.4) return;
  const Point centre = layout.ground(frame + Point{(unit(hash(seed, 1)) - 0.5) * 50, 0});
  const double radius = lerp(9, 16, unit(hash(seed, 2)));
  if (!town.matters(around(centre, radius + 10)) || town.road_distance(centre, 40) < radius * 1.35 + 6)
    return;
  Line ring;
  constexpr int corners = 48;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * i / corners;
    const Point way{std::cos(angle), std::sin(angle)};
    ring.push_back(centre + way * (radius * (1 + 0.32 * noise(seed, 1.3 * way.x + 9, 1.3 * way.y))));
  }
  town.waters.push_back({"pond", std::move(ring), town.ground_height_at(centre) - 0.6, centre});
}

}  // namespace

void fill_waters(Town& town) {
  const Layout& layout = town.layout;
  for (std::size_t river = 0; river < layout.rivers(); ++river) add_river(town, river);
  for (std::size_t row = 0; row + 1 < layout.rows().size(); ++row)
    for (std::size_t column = 0; column + 1 < layout.columns().size(); ++column) {
      const LandUse use = layout.use({column, row});
      if (use == LandUse::park || use == LandUse::meadow) add_pond(town, {column, row});
    }
  for (const Water& water : town.waters) town.water_index.add(bounds(water.ring).grown(8));
}

}  // namespace terramask::scene
