// Follows the cracks between regions while rows go by.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vectorize/arc.hpp"
#include "vectorize/corner_map.hpp"

namespace terramask::vectors {

/// Pixels of one region in a row, up to column `end` (not included); neighbours differ.
struct Segment {
  std::int32_t end = 0;
  Region region = kOutside;
};

/// A node is a corner where three or four cracks meet. Every `band` rows all cracks that come from above end
/// in a node, so that an arc lies within one band: what is known of it, and of all that is near it, is known
/// when the band is over.
class BorderTracer {
 public:
  /// @param corners  takes the corners and nodes of the band
  BorderTracer(std::int64_t width, std::int64_t band, CornerMap& corners);

  /// The corners between two rows; beyond the mask all is kOutside. Rows go down one by one.
  void add(std::int32_t y, std::span<const Segment> above, std::span<const Segment> below);

  /// The arcs that are complete.
  std::vector<Arc>& arcs() { return arcs_; }

 private:
  /// An arc that grows at one end or both: its points are ends[0] from the last to the first, then ends[1].
  struct Chain {
    std::array<std::vector<Corner>, 2> ends;
    Region left = kOutside, right = kOutside;  ///< for a walk from ends[0] to ends[1]
    std::array<std::int32_t, 2> at{0, 0};      ///< the column an open end goes down at, or kClosed, kCarried
    std::array<bool, 2> cut{false, false};
  };
  /// Chain times two, plus which of its ends.
  using End = std::uint32_t;

  struct Around {
    Region nw, ne, sw, se;
  };

  void corner(Corner at, const Around& around);
  void turn(Corner at, const Around& around, bool up, bool left, bool right);
  void node(Corner at, const Around& around, bool cut);
  End start(Corner at, Region left, Region right, std::int32_t column, bool cut);
  std::uint32_t fresh();
  void push(End end, Corner at) { chains_[end / 2].ends[end % 2].push_back(at); }
  void place(End end, std::int32_t column);
  void close(End end, Corner at, bool cut);
  void join(End a, End b);
  void finish(std::uint32_t chain, bool loop);

  std::int64_t band_;
  CornerMap& corners_;
  std::vector<Chain> chains_;
  std::vector<std::uint32_t> free_;
  std::vector<End> down_;  ///< the end that goes down from each column
  End carried_ = 0;        ///< the end that goes right from the corner before
  std::vector<Arc> arcs_;
};

}  // namespace terramask::vectors
