#include "scene/surface.hpp"

namespace terramask::scene {

Surface draw_surface(const Town& town, const SampleGrid& grid) {
  Surface surface(grid);
  paint_ground(town, surface);
  paint_pads(town, surface);
  paint_water(town, surface);
  paint_roads(town, surface);
  paint_cars(town, surface);
  paint_buildings(town, surface);
  paint_trees(town, surface);
  return surface;
}

}  // namespace terramask::scene
