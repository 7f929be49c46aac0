// What the map says of a block as a whole.
#include "scene/noise.hpp"
#include "scene/town.hpp"

namespace terramask::scene {
namespace {

Line outline(const Layout& layout, double u0, double u1, double v0, double v1) {
  Line ring;
  const auto side = [&](Point from, Point to) {
    for (int i = 0; i < 8; ++i) ring.push_back(layout.ground(from + (to - from) * (i / 8.0)));
  };
  side({u0, v0}, {u1, v0});
  side({u1, v0}, {u1, v1});
  side({u1, v1}, {u0, v1});
  side({u0, v1}, {u0, v0});
  return ring;
}

}  // namespace

void outline_areas(Town& town) {
  const Layout& layout = town.layout;
  constexpr double inset = 6;
  for (std::size_t row = 0; row + 1 < layout.rows().size(); ++row)
    for (std::size_t column = 0; column + 1 < layout.columns().size(); ++column) {
      if (layout.use({column, row}) == LandUse::riverside) continue;
      Line ring = outline(layout, layout.columns()[column] + inset, layout.columns()[column + 1] - inset,
                          layout.rows()[row] + inset, layout.rows()[row + 1] - inset);
      if (town.matters(bounds(ring))) town.areas.push_back({layout.use({column, row}), std::move(ring)});
    }
}

}  // namespace terramask::scene
