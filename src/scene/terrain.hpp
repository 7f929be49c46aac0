// The bare ground.
#pragma once

#include "scene/layout.hpp"

namespace terramask::scene {

/// Height of a river's water at frame coordinate u, metres.
double water_level(const Layout& layout, double u);

/// Height of the ground (of the water where there is any), metres. `frame` is layout.frame(ground).
double ground_height(const Layout& layout, Point ground, Point frame);

}  // namespace terramask::scene
