// Cars stand on whatever is below them; the cover stays what it was.
#include <array>

#include "scene/surface.hpp"

namespace terramask::scene {
namespace {

constexpr std::array<Colour, 9> kPaints{{{0.62F, 0.62F, 0.61F},
                                         {0.40F, 0.41F, 0.42F},
                                         {0.22F, 0.225F, 0.23F},
                                         {0.035F, 0.035F, 0.038F},
                                         {0.06F, 0.065F, 0.07F},
                                         {0.030F, 0.060F, 0.150F},
                                         {0.25F, 0.030F, 0.025F},
                                         {0.66F, 0.65F, 0.62F},
                                         {0.110F, 0.105F, 0.095F}}};

}  // namespace

void paint_cars(const Town& town, Surface& surface) {
  for (const std::size_t number : town.car_index.query(surface.grid().box())) {
    const Car& car = town.cars[number];
    const Colour paint = kPaints[car.seed % kPaints.size()];
    surface.paint(car.shape.box(), [&](Sample& sample, Point at, std::size_t) {
      const Point q = car.shape.local(at);
      const double t = q.x / car.shape.half_length;
      if (std::abs(t) > 1 || std::abs(q.y) > car.shape.half_width) return;
      const bool cabin = t > -0.75 && t < 0.45;
      const bool window = (t > 0.18 && t < 0.45) || (t > -0.80 && t < -0.60);
      sample.height += cabin ? 1.45F : 0.95F;
      sample.colour = window ? Colour{0.045F, 0.050F, 0.058F} : paint;
    });
  }
}

}  // namespace terramask::scene
