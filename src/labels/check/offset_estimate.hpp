// Where labels belong, as one block tells, and how surely: by axis, for a straight road fixes only one.
#pragma once

#include <array>

#include "labels/check/offset_surface.hpp"

namespace terramask::labels {

/// How far labels have to be moved to fit the image, in pixels: x to the right, y down.
struct OffsetEstimate {
  double dx = 0, dy = 0;
  /// Covariance of the error, pixels².
  double xx = 0, xy = 0, yy = 0;
  /// From 0 to 1: how far the fit falls from the best offset to the best one that is not near it, of how far
  /// it stands above the mean.
  double contrast = 0;
  bool known = false;  ///< false where the labels can tell nothing: one class, or none

  double sigma_x() const;
  double sigma_y() const;
  /// Whether the error along the axis is below half a pixel with a chance of at least 0.95.
  bool confident_x() const;
  bool confident_y() const;
  /// Standard deviations along the principal axes of the error, the larger one first.
  std::array<double, 2> principal() const;
  /// Direction in which the offset is known least, degrees from the x axis towards y, from −90 to 90: that of
  /// a straight road.
  double loose_direction() const;
};

/// Chance that the error along an axis is below half a pixel, given its standard deviation: the confidence.
double chance_within_half(double sigma);
inline constexpr double kConfident = 0.95;

/// What the blocks around say beforehand: the offset that most agree on, and how far they stray from it.
struct OffsetPrior {
  double dx = 0, dy = 0;
  double sigma = 0;
};

/// The offset of the best fit, to a fraction of a pixel, from the surface and the prior alone. The parts of
/// the block are draws of the same offset: an offset d is as likely as exp(−t²/2), t being Student's for the
/// parts' lags behind the best offset (each part expected to lag by its share of the changes), times the
/// prior. The likelihood's covariance around the best offset is the error's; what the parts change when each
/// is left out once (jackknife) is added to it. So labels that fit along a line (the aperture problem), or at
/// several places, have a wide error along that line, or between those places.
OffsetEstimate estimate_offset(const OffsetSurface& surface, const OffsetPrior& prior);

/// The best offset of a sum of surfaces, to a fraction of a pixel; `like` tells its offsets.
std::array<double, 2> best_offset(const OffsetSurface& like, const std::vector<double>& sums);

}  // namespace terramask::labels
