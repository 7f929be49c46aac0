// Measures that tolerate errors near borders: they consider the pixels within a disc around each pixel.
#pragma once

#include <span>
#include <vector>

#include "evaluate/codes.hpp"
#include "terramask/evaluate.hpp"

namespace terramask::evaluation {

/// The pixels whose centres lie at most `radius` pixels from a pixel's, itself left out, nearest first.
class Disc {
 public:
  explicit Disc(int radius);

  int radius() const { return radius_; }

  /// Whether one of them, within the block, has a code that `predicate` accepts.
  template <class Predicate>
  bool any(const CodeBlock& block, std::int64_t x, std::int64_t y, const Predicate& predicate) const {
    const Window& w = block.window;
    const bool whole = x - w.x >= radius_ && y - w.y >= radius_ && w.x + w.width - x > radius_ &&
                       w.y + w.height - y > radius_;
    for (const Offset& offset : offsets_) {
      const std::int64_t px = x + offset.x;
      const std::int64_t py = y + offset.y;
      if (!whole && (px < w.x || py < w.y || px >= w.x + w.width || py >= w.y + w.height)) continue;
      if (predicate(block.at(px, py))) return true;
    }
    return false;
  }

 private:
  struct Offset {
    int x, y;
  };
  int radius_;
  std::vector<Offset> offsets_;
};

/// Counts the pixels of `core` that have no pixel of another class of the reference within the disc (ISPRS 2D
/// semantic labelling: class borders eroded by a disc). Pixels that are not judged make no border.
/// Both blocks hold core and, where there is one, the disc's radius around it.
void add_eroded(const CodeBlock& mask, const CodeBlock& reference, const Window& core, const Disc& disc,
                ConfusionMatrix& matrix);

/// Adds the pixels of `core` to the relaxed measures of each class. Predictions count where the reference is
/// valid; what lies near may be anywhere.
void add_relaxed(const CodeBlock& mask, const CodeBlock& reference, const Window& core, const Disc& disc,
                 std::span<RelaxedScore> scores);

}  // namespace terramask::evaluation
