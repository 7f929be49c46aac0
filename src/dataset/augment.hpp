// How a patch is drawn from an image: one affine map, and what happens to its values.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dataset/dataset.hpp"
#include "dataset/project.hpp"
#include "dataset/random.hpp"

namespace terramask::dataset {

/// From offsets from the patch's centre to offsets from the place in the image it is taken from, in pixels:
/// x' = a x + b y, y' = c x + d y.
struct Affine {
  double a = 1, b = 0, c = 0, d = 1;

  bool identity() const { return a == 1 && b == 0 && c == 0 && d == 1; }
  Affine then(const Affine& next) const;
};

/// sin and cos of an angle in degrees, by series: libraries differ in the last bit of theirs.
std::array<double, 2> sin_cos(double degrees);

/// Draws a map; the identity where nothing is asked for.
Affine draw_affine(const AugmentKeys& augment, Random& random);

/// A factor from 1/(1 + most) to 1 + most; 1 for 0.
double draw_factor(double most, Random& random);

/// A patch of size × size pixels whose centre lies at (x, y), in pixels of the window `pixels` were read
/// from.
void warp(const PartPixels& pixels, const Window& window, std::size_t bands, const Affine& map, double x,
          double y, std::int64_t size, PartPixels& patch);

/// The window that `warp` needs around a patch.
Window reach_of(const Affine& map, double x, double y, std::int64_t size);

/// Contrast, brightness and colour of bands that are no heights, then noise and blur of all.
/// @param spread  standard deviation of each band
void change_values(const AugmentKeys& augment, const std::vector<double>& spread,
                   const std::vector<bool>& heights, std::int64_t size, Random& random, PartPixels& patch);

}  // namespace terramask::dataset
