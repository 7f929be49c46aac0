// Crowns: ragged outlines, lumpy domes and cones; where they overlap, the higher is seen.
#include <algorithm>

#include "scene/noise.hpp"
#include "scene/surface.hpp"

namespace terramask::scene {
namespace {

Colour leaves(const Tree& tree) {
  Rng rng(tree.seed);
  const double kind = rng.uniform(), tone = rng.range(0.8, 1.25);
  if (tree.conifer) return blend({0.026F, 0.044F, 0.024F}, {0.040F, 0.061F, 0.031F}, kind) * tone;
  if (kind < 0.04) return Colour{0.075F, 0.042F, 0.032F} * tone;  // copper beech
  if (kind < 0.14) return Colour{0.085F, 0.100F, 0.034F} * tone;  // lime, young leaves
  if (kind < 0.24) return Colour{0.068F, 0.082F, 0.048F} * tone;  // willow, greyish
  return blend({0.042F, 0.068F, 0.023F}, {0.068F, 0.098F, 0.032F}, rng.uniform()) * tone;
}

void draw_tree(Surface& surface, const Tree& tree, std::uint64_t seed) {
  const Colour colour = leaves(tree);
  surface.paint(around(tree.at, 1.2 * tree.radius), [&](Sample& sample, Point at, std::size_t) {
    if (sample.cover == Cover::building) return;
    const Point d = at - tree.at;
    const double distance = length(d);
    const Point way = d * (1 / std::max(distance, 1e-9));
    const double ragged =
        noise(tree.seed, 2.3 * way.x + 7, 2.3 * way.y) + 0.5 * noise(seed + 1, at.x / 0.7, at.y / 0.7);
    const double radius = tree.radius * (1 + 0.11 * ragged);
    if (distance >= radius) return;
    const double t = distance / radius;
    const double lobes = tree.conifer ? 0.5 * noise(tree.seed + 1, 6 * way.x, 6 * way.y)
                                      : noise(seed + 2, at.x / 1.5, at.y / 1.5);
    const double shape = tree.conifer ? 0.30 + 0.70 * (1 - t) : 0.48 + 0.52 * std::sqrt(1 - t * t);
    const double clusters = noise(seed + 3, at.x / 0.55, at.y / 0.55);
    const double bump = (0.45 * lobes + 0.16 * clusters) * std::min(1.0, tree.height / 7);
    const auto height = sample.ground + static_cast<float>(std::max(1.6, tree.height * shape + bump));
    if (height <= sample.height) return;
    sample.height = height;
    sample.cover = Cover::tree;
    sample.colour = colour * ((0.72 + 0.33 * shape) * (1 + 0.20 * lobes + 0.26 * clusters));
  });
}

}  // namespace

void paint_trees(const Town& town, Surface& surface) {
  const std::uint64_t seed = town.layout.seed() + 161;
  for (const Tree& tree : trees_in(town, surface.grid().box())) draw_tree(surface, tree, seed);
}

}  // namespace terramask::scene
