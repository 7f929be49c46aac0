// The town as vectors: everything the renderers draw and the map tells.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scene/geometry.hpp"
#include "scene/grid_index.hpp"
#include "scene/layout.hpp"

namespace terramask::scene {

/// A road between two junctions.
struct Road {
  RoadKind kind = RoadKind::residential;
  Line line;
  double width = 6;  ///< of the carriageway, metres
  int lanes = 2;
  bool bridge = false;
  bool pavements = false;
  bool ring = false;  ///< the turning circle at the end of a cul-de-sac; `line` comes back to its first point
  std::string name;
  double total = 0;                         ///< length, metres
  double start_height = 0, end_height = 0;  ///< of a bridge's deck
};

struct RoadSegment {
  std::size_t road = 0;
  std::size_t point = 0;  ///< from line[point] to line[point + 1]
  double start = 0;       ///< metres from the road's beginning
};

enum class Roof : std::uint8_t { gable, hip, flat, pent };

/// One body of a building with its own roof. The ridge runs along `shape.axis`.
struct BuildingPart {
  Rectangle shape;
  Roof roof = Roof::gable;
  double eave = 4;   ///< above the building's base
  double slope = 1;  ///< tangent of the pitch
};

struct Building {
  std::string kind;  ///< "house", "garage", ... as OpenStreetMap says it
  Line outline;
  std::vector<BuildingPart> parts;
  double base = 0;  ///< height of the ground it stands on
  std::uint64_t seed = 0;
  double height() const;
};

/// Paved or gravelled ground.
struct Pad {
  enum class Kind : std::uint8_t { driveway, yard, terrace } kind = Kind::driveway;
  Rectangle shape;
  std::uint64_t seed = 0;
};

struct Car {
  Rectangle shape;
  std::uint64_t seed = 0;
};

struct Tree {
  Point at;
  double radius = 3;
  double height = 8;
  bool conifer = false;
  std::uint64_t seed = 0;
};

struct TreeRow {
  Line line;
  std::vector<Tree> trees;
};

struct Water {
  std::string kind;  ///< "river" or "pond"
  Line ring;
  double level = 0;  ///< of a pond; a river's is water_level
  Point centre;      ///< of a pond
};

struct Area {
  LandUse use = LandUse::meadow;
  Line ring;
};

struct Town {
  explicit Town(std::uint64_t seed, double width_m, double height_m);

  Box extent;  ///< of the scene
  Layout layout;
  std::vector<Road> roads;
  std::vector<RoadSegment> segments;
  std::vector<Building> buildings;
  std::vector<Pad> pads;
  std::vector<Car> cars;
  std::vector<TreeRow> tree_rows;
  std::vector<Tree> row_trees;
  std::vector<Water> waters;
  std::vector<Area> areas;
  GridIndex segment_index, building_index, pad_index, car_index, tree_index, water_index;

  /// Metres from the edge of the nearest carriageway (negative on it), at most `limit`.
  double road_distance(Point at, double limit) const;
  /// Metres to the nearest building's outline, 0 inside, at most `limit`.
  double building_distance(Point at, double limit) const;
  double ground_height_at(Point at) const;
  /// Whether something around `box` can be seen in the scene or casts a shadow into it.
  bool matters(const Box& box) const { return box.touches(extent.grown(60)); }

  void add_road(Road road);
  void add_building(Building building);
  void add_pad(Pad pad);
  void add_car(Car car);
};

// The steps of make_town, in order.
void lay_roads(Town& town);
void fill_waters(Town& town);
void build_houses(Town& town);
void plant_rows(Town& town);
void park_cars(Town& town);
void outline_areas(Town& town);

Town make_town(std::uint64_t seed, double width_m, double height_m);

/// All trees whose crowns may touch `box`: those in rows, and those that grow everywhere else, which are a
/// function of place and never stored.
std::vector<Tree> trees_in(const Town& town, const Box& box);

}  // namespace terramask::scene
