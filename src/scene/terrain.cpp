#include "scene/terrain.hpp"

#include "scene/noise.hpp"

namespace terramask::scene {

double water_level(const Layout& layout, double u) {
  return 150 + 200 * unit(hash(layout.seed(), 51)) - 0.0007 * u;
}

double ground_height(const Layout& layout, Point ground, Point frame) {
  const double level = water_level(layout, frame.x);
  const double shore = layout.shore_distance(frame);
  if (shore <= 0) return level;
  const std::uint64_t seed = layout.seed() + 52;
  const double hills = 5 * (1 + fbm(seed, ground.x / 260, ground.y / 260, 3)) +
                       11 * (1 + noise(seed + 7, ground.x / 1200, ground.y / 1200));
  const double rough = 0.07 * noise(seed + 9, ground.x / 7, ground.y / 7);
  return level + 1.3 * smoothstep(0, 6, shore) + (hills + rough) * smoothstep(4, 190, shore);
}

}  // namespace terramask::scene
