// Rivers and ponds: dark, a little green, with faint waves.
#include <algorithm>

#include "scene/noise.hpp"
#include "scene/surface.hpp"

namespace terramask::scene {
namespace {

void draw_water(Sample& sample, Point at, std::uint64_t seed, double depth) {
  const double clouded = fbm(seed, at.x / 22, at.y / 22, 3);
  const double waves =
      0.6 * noise(seed + 1, at.x / 2.4, at.y / 1.1) + 0.4 * noise(seed + 2, at.x / 0.9, at.y / 0.6);
  const Colour deep = blend({0.022F, 0.031F, 0.018F}, {0.040F, 0.051F, 0.026F}, 0.5 + 0.5 * clouded);
  const Colour shallow{0.105F, 0.098F, 0.062F};
  sample.colour = blend(shallow, deep, smoothstep(-0.3, 2.2, depth)) * (1 + 0.13 * waves);
  sample.cover = Cover::water;
}

double ring_distance(const Line& ring, Point at) {
  double nearest = 1e9;
  for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
    nearest = std::min(nearest, nearest_on_segment(ring[j], ring[i], at).distance);
  return nearest;
}

/// The ground falls to a pond's water over six metres; the last one is mud.
void draw_bank(Surface& surface, const Water& pond, std::uint64_t seed) {
  const auto level = static_cast<float>(pond.level);
  surface.paint(bounds(pond.ring).grown(6), [&](Sample& sample, Point at, std::size_t) {
    const double distance = ring_distance(pond.ring, at);
    if (distance > 6 || contains(pond.ring, at)) return;
    const float cover_height = sample.height - sample.ground;
    const auto rise = static_cast<float>(smoothstep(0, 6, distance));
    sample.ground = level + 0.15F + (sample.ground - level - 0.15F) * rise;
    sample.height = sample.ground + cover_height;
    if (distance > 0.9 + 0.5 * noise(seed + 3, at.x / 2, at.y / 2)) return;
    sample.cover = Cover::bare;
    sample.height = sample.ground;
    sample.colour = Colour{0.150F, 0.122F, 0.085F} * (1 + 0.15 * noise(seed + 4, at.x / 0.8, at.y / 0.8));
  });
}

}  // namespace

void paint_water(const Town& town, Surface& surface) {
  const std::uint64_t seed = town.layout.seed() + 141;
  for (const std::size_t number : town.water_index.query(surface.grid().box())) {
    const Water& water = town.waters[number];
    const bool pond = water.kind == "pond";
    if (pond) draw_bank(surface, water, seed);
    surface.paint_ring(water.ring, [&](Sample& sample, Point at, std::size_t) {
      if (pond) sample.ground = static_cast<float>(water.level);
      sample.height = sample.ground;
      draw_water(sample, at, seed,
                 pond ? ring_distance(water.ring, at) : -town.layout.shore_distance(town.layout.frame(at)));
    });
  }
}

}  // namespace terramask::scene
