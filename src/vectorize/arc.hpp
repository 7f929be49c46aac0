// Borders between regions, from node to node, on the corners of pixels.
#pragma once

#include <cstdint>
#include <vector>

#include "vectorize/patches.hpp"

namespace terramask::vectors {

/// A corner of pixels: (0, 0) is the outer corner of the mask's first one; y grows downwards.
struct Corner {
  std::int32_t x = 0;
  std::int32_t y = 0;

  bool operator==(const Corner&) const = default;
  bool operator<(const Corner& other) const { return x != other.x ? x < other.x : y < other.y; }
};

/// The way an edge goes.
enum class Direction : std::uint8_t { east, south, west, north };

inline Direction direction(Corner from, Corner to) {
  if (from.y == to.y) return from.x < to.x ? Direction::east : Direction::west;
  return from.y < to.y ? Direction::south : Direction::north;
}
inline Direction opposite(Direction way) {
  return static_cast<Direction>((static_cast<unsigned>(way) + 2) % 4);
}

/// A border with one region on each side, told for a walk along it with the sky above and y downwards.
struct Arc {
  std::vector<Corner> points;  ///< its corners, nodes at both ends; the first and last of a loop are one
  Region left = kOutside;
  Region right = kOutside;
  bool loop = false;       ///< without a node: an island's or a lake's whole shore
  bool cut_begin = false;  ///< the node is none but the place where a band of rows ends
  bool cut_end = false;
  Direction leaving{};   ///< of the first edge as traced
  Direction arriving{};  ///< of the last one
};

}  // namespace terramask::vectors
