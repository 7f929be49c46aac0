#include "vectorize/skeleton.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

#include "vectorize/cross_section.hpp"
#include "vectorize/sweep.hpp"
#include "vectorize/thinning.hpp"

namespace terramask::vectors {
namespace {

constexpr std::int64_t kStripPixels = std::int64_t{64} << 20;
constexpr double kMiddleUnits = 256;

/// As many rows as pay for those around them, fewer where the mask is very wide.
std::int64_t rows_for(std::int64_t width, std::int64_t halo) {
  const std::int64_t bounded = kStripPixels / std::max<std::int64_t>(1, width) - 2 * halo;
  return std::clamp(bounded, std::max<std::int64_t>(32, halo / 4), std::max<std::int64_t>(512, halo));
}

/// The side of the largest square that fits into the class.
int widest_place(ClassRows& rows, std::int64_t width, Sweep& sweep) {
  // Of each pixel, the side of the largest square whose lower right corner it is.
  std::vector<std::int32_t> above(static_cast<std::size_t>(width) + 1), row(above.size());
  std::vector<Stretch> stretches;
  std::int32_t widest = 0;
  while (rows.next(stretches)) {
    std::fill(row.begin(), row.end(), 0);
    for (const Stretch& stretch : stretches)
      for (auto x = static_cast<std::size_t>(stretch.begin) + 1; x <= static_cast<std::size_t>(stretch.end);
           ++x) {
        row[x] = std::min({row[x - 1], above[x - 1], above[x]}) + 1;
        widest = std::max(widest, row[x]);
      }
    row.swap(above);
    sweep.row();
  }
  return widest;
}

/// How far must be looked, for places that are at most so wide.
struct Extents {
  int iterations;
  int reach;
  std::int64_t halo;  ///< what a pixel's skeleton and cross-section depend on

  Extents(int widest, double across, double down, int most_iterations) {
    iterations = std::min(widest + 8, most_iterations);
    // A circle holds a square of 0.7 of its diameter; on the ground it may be an ellipse of pixels.
    const double ratio = std::max(across, down) / std::min(across, down);
    const double radius = ((widest + 2) * 0.75 + 2) * ratio;
    reach = static_cast<int>(std::ceil(std::min(radius, (most_iterations + 4) * ratio)));
    halo = 2 * iterations + CrossSections::halo(reach) + 2;
  }
};

class Strips {
 public:
  Strips(const Mask& mask, const Extents& extents, std::int64_t core_rows, Skeleton& skeleton)
      : height_(mask.grid.height),
        width_(mask.grid.width),
        extents_(extents),
        core_rows_(core_rows > 0 ? core_rows : rows_for(mask.grid.width, extents.halo)),
        sections_(mask.pixel ? mask.pixel->x : 1, mask.pixel ? mask.pixel->y : 1, extents.reach),
        skeleton_(skeleton) {}

  void add(std::vector<Stretch> row) {
    rows_.push_back(std::move(row));
    ++known_;
    while (known_ - core_ >= core_rows_ + extents_.halo) thin_core(core_rows_);
  }
  void finish() {
    while (core_ < height_) thin_core(std::min(core_rows_, height_ - core_));
    skeleton_.end();
  }
  bool unfinished() const { return unfinished_; }

 private:
  void thin_core(std::int64_t count) {
    const std::int64_t first = std::max<std::int64_t>(0, core_ - extents_.halo);
    for (; rows_first_ < first; ++rows_first_) rows_.pop_front();
    const std::int64_t last = std::min(known_, core_ + count + extents_.halo);
    whole_.resize(width_, first, last - first);
    for (std::int64_t y = first; y < last; ++y)
      for (const Stretch& stretch : rows_[static_cast<std::size_t>(y - rows_first_)])
        std::fill_n(whole_.pixels.begin() + static_cast<std::ptrdiff_t>(whole_.index(stretch.begin, y)),
                    stretch.end - stretch.begin, std::uint8_t{1});
    thinned_ = whole_;
    if (thin(thinned_, extents_.iterations) >= extents_.iterations) unfinished_ = true;
    for (std::int64_t y = core_; y < core_ + count; ++y) take_row(y);
    core_ += count;
  }

  /// Whether thinning was not over here: a line has no pixel whose neighbours are all there.
  bool is_thick(std::int64_t x, std::int64_t y) const {
    const auto surrounded = [this](std::int64_t column, std::int64_t row) {
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          if (thinned_.at(column + dx, row + dy) == 0) return false;
      return true;
    };
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx)
        if (surrounded(x + dx, y + dy)) return true;
    return false;
  }

  void take_row(std::int64_t y) {
    skeleton_.begin_row();
    for (const Stretch& stretch : rows_[static_cast<std::size_t>(y - rows_first_)])
      for (std::int32_t x = stretch.begin; x < stretch.end; ++x) {
        if (thinned_.pixels[thinned_.index(x, y)] == 0 || is_thick(x, y)) continue;
        const std::optional<CrossSection> section = sections_.at(whole_, thinned_, x, y);
        if (!section) continue;  // too wide to be a line
        skeleton_.add({x, static_cast<float>(section->width), static_cast<float>(section->radius),
                       static_cast<std::int16_t>(std::lround(section->middle.x * kMiddleUnits)),
                       static_cast<std::int16_t>(std::lround(section->middle.y * kMiddleUnits))});
        if (section->ahead >= 0 || section->back >= 0)
          skeleton_.add_hint({static_cast<std::uint32_t>(skeleton_.size() - 1),
                              static_cast<float>(section->along.x), static_cast<float>(section->along.y),
                              static_cast<float>(section->ahead), static_cast<float>(section->back)});
      }
  }

  std::int64_t height_, width_;
  Extents extents_;
  std::int64_t core_rows_;
  CrossSections sections_;
  Skeleton& skeleton_;
  std::deque<std::vector<Stretch>> rows_;  ///< those that are still needed
  std::int64_t rows_first_ = 0, known_ = 0, core_ = 0;
  PixelStrip whole_, thinned_;
  bool unfinished_ = false;
};

}  // namespace

std::int32_t Skeleton::row_of(std::uint32_t i) const {
  const auto after = std::upper_bound(begins_.begin(), begins_.end(), std::size_t{i});
  return static_cast<std::int32_t>(after - begins_.begin()) - 1;
}

const EndHint* Skeleton::hint(std::uint32_t pixel) const {
  const auto found =
      std::lower_bound(hints_.begin(), hints_.end(), pixel,
                       [](const EndHint& hint, std::uint32_t wanted) { return hint.pixel < wanted; });
  return found == hints_.end() || found->pixel != pixel ? nullptr : &*found;
}

std::uint32_t Skeleton::find(std::int32_t x, std::int32_t y) const {
  if (y < 0 || y >= rows()) return kNone;
  const auto first = pixels_.begin() + static_cast<std::ptrdiff_t>(begins_[static_cast<std::size_t>(y)]);
  const auto last = pixels_.begin() + static_cast<std::ptrdiff_t>(begins_[static_cast<std::size_t>(y) + 1]);
  const auto found = std::lower_bound(
      first, last, x, [](const SkeletonPixel& pixel, std::int32_t column) { return pixel.x < column; });
  return found == last || found->x != x ? kNone : static_cast<std::uint32_t>(found - pixels_.begin());
}

SkeletonResult make_skeleton(const Mask& mask, std::int32_t value, const std::optional<Patches>& patches,
                             const SkeletonSettings& settings, const ProgressSink& progress,
                             const StopFlag* stop) {
  int widest = 0;
  {
    Sweep sweep("finding the widest place", mask.grid, progress, stop);
    ClassRows rows(mask, value, patches, settings.rows_at_once);
    widest = widest_place(rows, mask.grid.width, sweep);
  }
  const Extents extents(widest, mask.pixel ? mask.pixel->x : 1, mask.pixel ? mask.pixel->y : 1,
                        settings.most_iterations);
  SkeletonResult result{Skeleton(mask.grid.height), false};
  Strips strips(mask, extents, settings.core_rows, result.skeleton);
  Sweep sweep("thinning", mask.grid, progress, stop);
  ClassRows rows(mask, value, patches, settings.rows_at_once);
  std::vector<Stretch> stretches;
  while (rows.next(stretches)) {
    strips.add(stretches);
    sweep.row();
  }
  strips.finish();
  result.too_wide = strips.unfinished();
  return result;
}

}  // namespace terramask::vectors
