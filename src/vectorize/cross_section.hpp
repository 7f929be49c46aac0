// How wide what a skeleton pixel lies in is there, and where its middle is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "geo/base/polygons.hpp"
#include "vectorize/pixel_strip.hpp"

namespace terramask::vectors {

struct CrossSection {
  geo::Point middle;  ///< from the pixel's centre, in pixels
  double width = 0;   ///< in the unit of the pixel's sides
  double radius = 0;  ///< to the nearest edge
  geo::Point along;   ///< the skeleton's direction, of length 1 in pixels
  /// Where the class ends along the skeleton's direction, and the other way: pixels from the pixel's centre;
  /// negative where it goes on.
  double ahead = -1, back = -1;
};

/// The nearest pixel outside tells the radius (the distance transform at one place); the cross-section itself
/// runs square to the skeleton, from edge to edge. Square, because the nearest edge is the deepest notch of
/// the pixels' steps: lines between such were a sixth too narrow on roads three pixels wide. Looking much
/// further than the nearest edge would find the other end of a junction.
class CrossSections {
 public:
  /// @param across,down  a pixel's sides; @param reach  how far to look, in pixels
  CrossSections(double across, double down, int reach);

  /// Empty where no edge is within reach.
  /// @param thinned  the strip's skeleton
  std::optional<CrossSection> at(const PixelStrip& strip, const PixelStrip& thinned, std::int64_t x,
                                 std::int64_t y) const;

  static constexpr int kAround = 4;  ///< pixels of the skeleton that tell its direction
  /// Rows that a cross-section depends on.
  static std::int64_t halo(int reach) { return 3 * std::int64_t{reach} + 8; }

 private:
  struct Step {
    std::int32_t x, y;
    double distance;
  };
  geo::Point in_pixels(geo::Point ground) const;  ///< a direction, of length 1 in pixels
  /// The skeleton's direction, of length 1 on the ground.
  geo::Point direction(const PixelStrip& thinned, std::int64_t x, std::int64_t y) const;
  /// Pixels from a pixel's centre along a direction of length 1 to the edge, at most `most`.
  static double march(const PixelStrip& strip, double x, double y, geo::Point direction, double most);

  double across_, down_;
  int reach_;
  std::vector<Step> steps_;  ///< the nearest first
};

}  // namespace terramask::vectors
