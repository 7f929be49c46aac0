// Fewer corners for the arcs of a band, and no arc across another.
#pragma once

#include <cstdint>
#include <vector>

#include "vectorize/arc.hpp"
#include "vectorize/corner_map.hpp"

namespace terramask::vectors {

/// Douglas and Peucker (1973), where a shortcut is refused if it would change sides with a corner or node of
/// any border that is not on the piece it replaces. Corners are looked for as they were traced, so the order
/// of arcs does not matter; that two shortcuts cannot cross follows from it (de Berg, van Kreveld, Schirra:
/// Topologically correct subdivision simplification using the bandwidth criterion, 1998): where an edge
/// crosses a shortcut and not the piece replaced, one of its ends lies between the two.
///
/// Douglas and Peucker keep the outermost corners, which makes what is round larger or smaller. So corners
/// that were kept are exchanged for their neighbours on the outline as long as that brings the areas on both
/// sides nearer to what they were, under the same two conditions.
class ArcSimplifier {
 public:
  /// @param corners  all corners and nodes of the band
  /// @param across,down  a pixel's width and height, in the tolerance's unit
  ArcSimplifier(CornerMap& corners, double across, double down, double tolerance, std::int64_t band)
      : corners_(corners), across_(across), down_(down), tolerance_(tolerance), band_(band) {}

  /// Simplifies arcs that are all of a band's.
  void simplify(std::vector<Arc>& arcs);

 private:
  struct Piece {
    std::size_t first, last;
    bool split;  ///< must keep a corner between
  };
  struct Farthest {
    std::size_t index;
    double distance;
  };

  std::vector<std::uint8_t> with_twins(const std::vector<Arc>& arcs) const;
  void simplify(Arc& arc, bool split);
  void balance(std::vector<std::size_t>& kept);
  void exchange(std::vector<std::size_t>& kept);
  bool add_one(std::vector<std::size_t>& kept);
  std::int64_t between(std::size_t first, std::size_t last) const;
  bool fits(std::size_t first, std::size_t last);
  Farthest farthest(const Piece& piece) const;
  bool clear(const Piece& piece, double distance);
  bool nothing_inside(const Piece& piece, double distance) const;
  bool inside(const Piece& piece, Corner point) const;

  CornerMap& corners_;
  double across_, down_, tolerance_;
  std::int64_t band_;
  std::vector<Corner> points_;  ///< of the arc in work
  std::vector<std::uint8_t> kept_;
  std::vector<std::int64_t>
      swept_;               ///< twice the area that the arc sweeps up to each point, seen from its first
  std::int64_t error_ = 0;  ///< twice the area by which the left side has grown or shrunk
};

}  // namespace terramask::vectors
