// Augmentation of patches: one affine map, and changes of values.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dataset/dataset.hpp"
#include "dataset/project.hpp"
#include "dataset/random.hpp"

namespace terramask::dataset {

/// Maps offsets from the patch's centre to offsets from its position in the image, in pixels: x' = a x + b y,
/// y' = c x + d y.
struct Affine {
  double a = 1, b = 0, c = 0, d = 1;

  bool identity() const { return a == 1 && b == 0 && c == 0 && d == 1; }
  Affine then(const Affine& next) const;
};

/// Sine and cosine of an angle in degrees, computed by series because libraries differ in the last bit.
std::array<double, 2> sin_cos(double degrees);

/// Draws a map; the identity if no geometric augmentation is specified.
Affine draw_affine(const AugmentKeys& augment, Random& random);

/// A random factor from 1/(1 + most) to 1 + most; 1 if `most` is 0.
double draw_factor(double most, Random& random);

/// Extracts a patch of size × size pixels centred at (x, y), in pixels of `window`, from which `pixels` were
/// read.
void warp(const PartPixels& pixels, const Window& window, std::size_t bands, const Affine& map, double x,
          double y, std::int64_t size, PartPixels& patch);

/// The window that `warp` needs for a patch.
Window reach_of(const Affine& map, double x, double y, std::int64_t size);

/// Changes contrast, brightness and colour of all bands except heights, then adds noise to and blurs all
/// bands.
/// @param spread  standard deviation of each band
void change_values(const AugmentKeys& augment, const std::vector<double>& spread,
                   const std::vector<bool>& heights, std::int64_t size, Random& random, PartPixels& patch);

}  // namespace terramask::dataset
