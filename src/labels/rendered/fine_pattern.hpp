// A pixel cut into 3 × 3, and the ways in which a straight edge divides it.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "labels/rendered/legend.hpp"

namespace terramask::labels {

inline constexpr int kFine = 3;  ///< parts of a pixel in either direction
inline constexpr std::size_t kParts = 9;
constexpr std::size_t part_at(int u, int v) {
  return static_cast<std::size_t>(v) * static_cast<std::size_t>(kFine) + static_cast<std::size_t>(u);
}
using PixelParts = std::array<EntryIndex, kParts>;  ///< row by row

/// The length of the border between two parts that touch along a side, or at a corner only: in these
/// proportions the length of an edge depends little on its direction.
inline constexpr float kSideLength = 1, kCornerLength = 0.7071F;

/// Calls `visit` with both parts and the length between them, for each pair of parts of one pixel that touch.
template <class Visit>
void each_inner_pair(const Visit& visit) {
  for (int v = 0; v < kFine; ++v)
    for (int u = 0; u < kFine; ++u) {
      if (u + 1 < kFine) visit(part_at(u, v), part_at(u + 1, v), kSideLength);
      if (v + 1 < kFine) visit(part_at(u, v), part_at(u, v + 1), kSideLength);
      if (u + 1 < kFine && v + 1 < kFine) visit(part_at(u, v), part_at(u + 1, v + 1), kCornerLength);
      if (u > 0 && v + 1 < kFine) visit(part_at(u, v), part_at(u - 1, v + 1), kCornerLength);
    }
}

/// The parts of a pixel on one side of a straight line.
struct HalfPixel {
  unsigned mask = 0;  ///< bit k: part k
  std::size_t parts = 0;
  float border = 0;  ///< length of the line within the pixel
};

/// All there are: those of a line and of none.
std::vector<HalfPixel> half_pixels();

}  // namespace terramask::labels
