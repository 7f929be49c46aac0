#include "scene/town.hpp"

#include <algorithm>

#include "scene/terrain.hpp"

namespace terramask::scene {

Town::Town(std::uint64_t seed, double width_m, double height_m)
    : extent{0, 0, width_m, height_m}, layout(seed, width_m, height_m) {}

double Building::height() const {
  double highest = 0;
  for (const BuildingPart& part : parts) {
    double rise = 0;
    if (part.roof == Roof::gable || part.roof == Roof::hip) rise = part.slope * part.shape.half_width;
    if (part.roof == Roof::pent) rise = part.slope * 2 * part.shape.half_width;
    highest = std::max(highest, part.eave + rise);
  }
  return highest;
}

double Town::road_distance(Point at, double limit) const {
  constexpr double widest_half = 5;
  double nearest = limit;
  for (const std::size_t number : segment_index.query(around(at, limit + widest_half))) {
    const RoadSegment& segment = segments[number];
    const Road& road = roads[segment.road];
    const Nearest found = nearest_on_segment(road.line[segment.point], road.line[segment.point + 1], at);
    nearest = std::min(nearest, found.distance - road.width / 2);
  }
  return nearest;
}

double Town::building_distance(Point at, double limit) const {
  double nearest = limit;
  for (const std::size_t number : building_index.query(around(at, limit))) {
    const Line& ring = buildings[number].outline;
    if (contains(ring, at)) return 0;
    for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++)
      nearest = std::min(nearest, nearest_on_segment(ring[j], ring[i], at).distance);
  }
  return nearest;
}

double Town::ground_height_at(Point at) const {
  return ground_height(layout, at, layout.frame(at));
}

void Town::add_road(Road road) {
  double start = 0;
  for (std::size_t point = 0; point + 1 < road.line.size(); ++point) {
    segments.push_back({roads.size(), point, start});
    segment_index.add(bounds({road.line[point], road.line[point + 1]}));
    start += length(road.line[point + 1] - road.line[point]);
  }
  road.total = start;
  roads.push_back(std::move(road));
}

void Town::add_building(Building building) {
  building_index.add(bounds(building.outline));
  buildings.push_back(std::move(building));
}

void Town::add_pad(Pad pad) {
  pad_index.add(pad.shape.box());
  pads.push_back(pad);
}

void Town::add_car(Car car) {
  car_index.add(car.shape.box());
  cars.push_back(car);
}

Town make_town(std::uint64_t seed, double width_m, double height_m) {
  Town town(seed, width_m, height_m);
  lay_roads(town);
  fill_waters(town);
  build_houses(town);
  plant_rows(town);
  park_cars(town);
  outline_areas(town);
  return town;
}

}  // namespace terramask::scene
