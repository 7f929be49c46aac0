// The rings of a region, from the arcs around it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "vectorize/arc.hpp"

namespace terramask::vectors {

/// A region is 4-connected, so it has one outer ring. A ring passes each corner once: where pixels of the
/// region meet at a corner only, it goes over to the other one, so that a lake which touches the shore in a
/// corner is a ring of its own, as the Simple Features standard wants it.
class RegionRings {
 public:
  /// Adds an arc that has the region on one of its sides.
  void add(const Arc& arc, Region region);

  /// Calls `take(ring)` for the outer ring first, then for the holes. Rings are not closed by a repeated
  /// point; the region lies left of a walk with y downwards.
  void assemble(const std::function<void(std::span<const Corner>)>& take);

 private:
  /// An arc as the region sees it.
  struct Side {
    std::size_t first, count;  ///< its points
    Region region;             ///< for messages
    Direction leaving, arriving;
    bool loop, cut_end, used;
  };

  Corner begin_of(const Side& side) const { return points_[side.first]; }
  Corner end_of(const Side& side) const { return points_[side.first + side.count - 1]; }
  std::size_t next(const Side& side) const;
  std::span<const Corner> outer_ring();
  std::span<const Corner> ring(std::size_t begin);
  void append(const Side& side, bool cut);
  void drop_cuts();

  std::vector<Corner> points_;  ///< of all sides
  std::vector<Side> sides_;
  std::vector<std::size_t> order_;  ///< sides by their first point
  std::vector<Corner> ring_;
  std::vector<std::size_t> ring_sides_;
  std::vector<std::uint8_t> cut_;  ///< whether a point of the ring stands between two bands only
};

}  // namespace terramask::vectors
