// Cars: on the carriageway, at the kerb, on yards and drives.
#include "scene/random.hpp"
#include "scene/town.hpp"

namespace terramask::scene {
namespace {

Car car_at(Point at, Point axis, Rng& rng) {
  const bool van = rng.chance(0.08);
  return {{at, axis, (van ? 2.7 : 2.1) * rng.range(0.95, 1.08), van ? 1.0 : 0.88}, rng.next()};
}

void along_road(Town& town, const Road& road, std::uint64_t seed) {
  if (road.ring || road.kind == RoadKind::track || road.kind == RoadKind::service) return;
  const bool parking = road.pavements && road.kind == RoadKind::residential;
  for (const double side : {-1.0, 1.0}) {
    Rng rng(seed + (side > 0 ? 1 : 0));
    const double kerb = parking && (side > 0 || road.width > 6) ? rng.range(0.1, 0.5) : 0;
    double next = 12 + 10 * rng.uniform(), walked = 0;
    for (std::size_t i = 0; i + 1 < road.line.size(); ++i) {
      const Point a = road.line[i], d = road.line[i + 1] - a;
      const Point axis = unit_vector(d);
      const double piece = length(d);
      while (next < walked + piece) {
        const double draw = rng.uniform();
        const Point at = a + d * ((next - walked) / piece);
        next += kerb > 0 ? rng.range(5.8, 9) : rng.range(12, 60);
        if (draw < kerb) {
          town.add_car(car_at(at + left_of(axis) * (side * (road.width / 2 - 1.05)), axis, rng));
        } else if (kerb == 0 && draw < 0.35) {
          town.add_car(car_at(at - left_of(axis) * (-side * road.width / 4), axis, rng));
        }
      }
      walked += piece;
    }
  }
}

void on_pad(Town& town, const Pad& pad) {
  Rng rng(pad.seed);
  const Rectangle& shape = pad.shape;
  const auto park = [&](Point local, Point axis) {
    const Car car = car_at(shape.world(local), axis, rng);
    if (town.building_distance(car.shape.centre, 4) > 3) town.add_car(car);
  };
  if (pad.kind == Pad::Kind::driveway && shape.half_width > 1.2 && rng.chance(0.5))
    park({rng.range(-0.3, 0.3) * shape.half_length, 0}, shape.axis);
  if (pad.kind != Pad::Kind::yard) return;
  const double full = rng.range(0.25, 0.75);
  for (const double side : {-1.0, 1.0})
    for (double x = -shape.half_length + 3; x < shape.half_length - 3; x += 2.6)
      if (rng.chance(full)) park({x, side * (shape.half_width - 2.7)}, left_of(shape.axis));
}

}  // namespace

void park_cars(Town& town) {
  const std::uint64_t seed = town.layout.seed();
  for (const Road& road : town.roads)
    along_road(town, road,
               hash(seed, 111, std::lround(road.line.front().x * 8 + road.line.back().y),
                    std::lround(road.line.front().y * 8)));
  for (const Pad& pad : town.pads) on_pad(town, pad);
}

}  // namespace terramask::scene
