// Trees: rows along streets are stored; woods, parks and gardens are a function of place.
#include <algorithm>

#include "scene/noise.hpp"
#include "scene/parcels.hpp"
#include "scene/town.hpp"

namespace terramask::scene {
namespace {

constexpr double cell = 4.6;           ///< at most one tree grows in a cell
constexpr double kLargestCrown = 5.5;  ///< metres

struct Growth {
  double chance = 0;
  double small = 1.5, large = 3;  ///< crown radius
  double conifers = 0.1;
  double lean = 2.2;  ///< height over radius
};

Growth growth(const Town& town, Point at, Point frame) {
  const Layout& layout = town.layout;
  const Block block = layout.block(frame);
  const double edge = layout.border_distance(frame);
  const std::uint64_t seed = layout.seed() + 101;
  const double patches = fbm(seed, at.x / 45, at.y / 45, 2);
  switch (layout.use(block)) {
    case LandUse::forest: {
      if (edge < 8 + 6 * noise(seed + 6, at.x / 19, at.y / 19) + 3 * patches) return {0.15, 1.2, 2.2, 0, 1.7};
      const double conifers = smoothstep(-0.1, 0.25, fbm(seed + 5, at.x / 90, at.y / 90, 2));
      return {patches < -0.5 ? 0.25 : 0.97, 2.2, 4.6, conifers, lerp(3.6, 4.6, conifers)};
    }
    case LandUse::park:
      return {0.06 + 0.5 * smoothstep(0.15, 0.35, patches), 2.2, 5.2, 0.15, 2.6};
    case LandUse::residential:
      return {0.15, 1.2, 3.4, 0.2, 2.2};
    case LandUse::apartments:
      return {0.13, 1.8, 4.2, 0.1, 2.4};
    case LandUse::commercial:
      return {edge < 12 ? 0.22 : 0.0, 1.6, 3.2, 0.1, 2.2};
    case LandUse::riverside: {
      const double shore = layout.shore_distance(frame);
      const double bank = shore < 9 ? 0.5 * smoothstep(-0.2, 0.2, patches) : 0.0;
      if (layout.has_gardens(block)) return {std::max(bank, shore > 12 ? 0.13 : 0.04), 1.3, 3.8, 0.1, 2.3};
      return {std::max(bank, 0.02), 1.6, 4.2, 0, 2.4};
    }
    case LandUse::meadow:
      return {0.008 + 0.5 * smoothstep(0.4, 0.6, patches), 1.6, 4, 0.05, 2.2};
    case LandUse::field:
    case LandUse::crop:
      return {edge < 6.5 && patches > 0.05 ? 0.5 : 0.0, 1.2, 3.0, 0, 2.0};
  }
  return {};
}

/// Room for a crown: not over buildings or water, a little over the edge of a road at most.
bool has_room(const Town& town, const Tree& tree) {
  if (town.road_distance(tree.at, tree.radius) < 0.7 * tree.radius) return false;
  if (town.building_distance(tree.at, 1.25 * tree.radius + 0.4) < 1.25 * tree.radius + 0.3) return false;
  if (town.layout.shore_distance(town.layout.frame(tree.at)) < 0.3 * tree.radius) return false;
  for (const std::size_t number : town.water_index.query(around(tree.at, tree.radius)))
    if (town.waters[number].kind == "pond" &&
        length(tree.at - town.waters[number].centre) < 22 + tree.radius * 0.3)
      return false;
  for (const std::size_t number : town.pad_index.query(around(tree.at, 0.7 * tree.radius))) {
    Rectangle pad = town.pads[number].shape;
    pad.half_length += 0.6 * tree.radius;
    pad.half_width += 0.6 * tree.radius;
    if (pad.contains(tree.at)) return false;
  }
  return true;
}

}  // namespace

std::vector<Tree> trees_in(const Town& town, const Box& box) {
  std::vector<Tree> trees;
  const Box wide = box.grown(kLargestCrown * 1.3);
  for (const std::size_t number : town.tree_index.query(wide)) trees.push_back(town.row_trees[number]);
  const auto first_row = static_cast<std::int64_t>(std::floor(wide.y0 / cell));
  const auto last_row = static_cast<std::int64_t>(std::floor(wide.y1 / cell));
  const auto first_column = static_cast<std::int64_t>(std::floor(wide.x0 / cell));
  const auto last_column = static_cast<std::int64_t>(std::floor(wide.x1 / cell));
  for (std::int64_t row = first_row; row <= last_row; ++row)
    for (std::int64_t column = first_column; column <= last_column; ++column) {
      Rng rng(hash(town.layout.seed(), 103, column, row));
      const Point at{(static_cast<double>(column) + rng.uniform()) * cell,
                     (static_cast<double>(row) + rng.uniform()) * cell};
      const Growth here = growth(town, at, town.layout.frame(at));
      if (!rng.chance(here.chance)) continue;
      const double size = rng.uniform();
      Tree tree{at, lerp(here.small, here.large, size * size), 0, rng.chance(here.conifers), rng.next()};
      tree.height = std::min(24.0, tree.radius * here.lean * rng.range(0.85, 1.15) + 1.2);
      if (tree.conifer) tree.radius *= 0.8;
      if (has_room(town, tree)) trees.push_back(tree);
    }
  return trees;
}

void plant_rows(Town& town) {
  for (const Road& road : town.roads) {
    if (road.bridge || road.ring || road.kind == RoadKind::track || road.line.size() < 6) continue;
    const std::uint64_t seed = hash(town.layout.seed(), 104, std::lround(road.line.front().x * 8),
                                    std::lround(road.line.front().y * 8 + road.line.back().x));
    const double wish = road.kind == RoadKind::residential ? 0.2 : 0.6;
    for (const double side : {-1.0, 1.0}) {
      Rng rng(seed + (side > 0 ? 1 : 0));
      if (!rng.chance(wish)) continue;
      TreeRow row;
      const double spacing = rng.range(8, 12), radius = rng.range(2.2, 3.2), lean = rng.range(2.4, 3.1);
      const bool poplars = rng.chance(0.15);
      double next = 12, walked = 0;
      for (std::size_t i = 0; i + 1 < road.line.size(); ++i) {
        const Point a = road.line[i], d = road.line[i + 1] - a;
        const double piece = length(d);
        while (next < walked + piece) {
          const double offset = road.width / 2 + (road.pavements ? 2.4 : 3.0) + 0.3 * rng.uniform();
          const Point at = a + d * ((next - walked) / piece) + left_of(unit_vector(d)) * (side * offset);
          Tree tree{at, radius * rng.range(0.8, 1.15), 0, poplars, rng.next()};
          tree.height = tree.radius * lean * rng.range(0.9, 1.1) * (poplars ? 1.5 : 1) + 1;
          next += spacing * rng.range(0.9, 1.1);
          if (rng.chance(0.1) || !has_room(town, tree)) continue;
          row.line.push_back(at);
          row.trees.push_back(tree);
        }
        walked += piece;
      }
      if (row.trees.size() >= 3) town.tree_rows.push_back(std::move(row));
    }
  }
  for (const TreeRow& row : town.tree_rows)
    for (const Tree& tree : row.trees) {
      town.row_trees.push_back(tree);
      town.tree_index.add(around(tree.at, tree.radius * 1.3));
    }
}

}  // namespace terramask::scene
