// Which paint lies over which.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "labels/base/rules.hpp"

namespace terramask::labels {

/// Higher ranks lie over lower ones; 0 is the bare ground.
using Rank = std::uint16_t;

/// Later rules lie over earlier ones. Within a set the features' `layer` comes first. The ring around a
/// rule's features lies under all that the rule paints itself (on that layer), and over all that came before.
class Ranks {
 public:
  static constexpr int kLowestLayer = -10;
  static constexpr int kHighestLayer = 10;

  /// Throws format for more rules in sets than ranks can tell apart (1,560).
  explicit Ranks(const Rules& rules);

  Rank fill(std::size_t rule, int layer = 0) const { return static_cast<Rank>(ring(rule, layer) + 1); }
  Rank ring(std::size_t rule, int layer = 0) const;

  /// Tells what is painted with the ranks of a rule, on all layers; rings are ignored.
  void set_code(std::size_t rule, Code code);
  /// What a pixel of the raster of ranks is painted with.
  Code code(Rank rank) const { return codes_[rank]; }

 private:
  struct Place {
    std::uint32_t first = 1;  ///< rank of the ring on the lowest layer
    std::uint32_t step = 0;   ///< from layer to layer; 0 for rules that stand alone
  };
  std::vector<Place> places_;
  std::vector<Code> codes_;
};

}  // namespace terramask::labels
