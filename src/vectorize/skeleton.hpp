// The skeleton of one class of a mask: some pixels of a raster that may be very large.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "terramask/progress.hpp"
#include "vectorize/class_rows.hpp"
#include "vectorize/mask_rows.hpp"

namespace terramask::vectors {

struct SkeletonPixel {
  std::int32_t x;
  float width, radius;              ///< of the cross-section
  std::int16_t middle_x, middle_y;  ///< of the cross-section, from the pixel's centre, in 1/256 pixel
};

/// Where the class ends in the skeleton's direction, for a pixel of it that is near an end.
struct EndHint {
  std::uint32_t pixel;
  float along_x, along_y;  ///< the direction, of length 1 in pixels
  float ahead, back;       ///< pixels to the end; negative where there is none near by
};

class Skeleton {
 public:
  explicit Skeleton(std::int64_t rows) { begins_.reserve(static_cast<std::size_t>(rows) + 1); }

  static constexpr std::uint32_t kNone = 0xffffffff;

  /// Rows come one after the other, their pixels from left to right.
  void begin_row() { begins_.push_back(pixels_.size()); }
  void add(const SkeletonPixel& pixel) { pixels_.push_back(pixel); }
  /// Of the pixel added last.
  void add_hint(EndHint hint) { hints_.push_back(hint); }
  void end() { begins_.push_back(pixels_.size()); }

  std::size_t size() const { return pixels_.size(); }
  std::int64_t rows() const { return static_cast<std::int64_t>(begins_.size()) - 1; }
  const SkeletonPixel& operator[](std::uint32_t i) const { return pixels_[i]; }
  std::int32_t row_of(std::uint32_t i) const;
  const EndHint* hint(std::uint32_t pixel) const;  ///< or null
  std::uint32_t find(std::int32_t x, std::int32_t y) const;

 private:
  std::vector<std::size_t> begins_;
  std::vector<SkeletonPixel> pixels_;
  std::vector<EndHint> hints_;
};

struct SkeletonSettings {
  std::int64_t core_rows = 0;  ///< thinned together; 0: by the widest place. Changes nothing but the speed.
  std::int64_t rows_at_once = 0;  ///< read; 0: by memory
  int most_iterations = 256;      ///< wider places than twice that many pixels have no line
};

struct SkeletonResult {
  Skeleton skeleton{0};
  bool too_wide = false;  ///< some places were wider than what is looked at
};

/// Sweeps twice: for the widest place, which tells how far around a strip of rows must be known, then strip
/// by strip. The skeleton does not depend on the strips.
SkeletonResult make_skeleton(const Mask& mask, std::int32_t value, const std::optional<Patches>& patches,
                             const SkeletonSettings& settings, const ProgressSink& progress,
                             const StopFlag* stop);

}  // namespace terramask::vectors
