// How a block of houses is divided: two rows of parcels, back to back, each on its street.
#pragma once

#include <cstdint>
#include <vector>

#include "scene/layout.hpp"

namespace terramask::scene {

/// A parcel in the frame: between u0 and u1, from the street at v = `street` to the back fence at v = `back`.
struct Parcel {
  double u0 = 0, u1 = 0;
  double street = 0, back = 0;
  std::uint64_t seed = 0;
};

/// The parcel around a place, whether or not a house was built on it. The place must be in a block that has
/// gardens.
Parcel parcel_at(const Layout& layout, Block block, Point frame);

std::vector<Parcel> parcels(const Layout& layout, Block block);

}  // namespace terramask::scene
