// Which paint lies over which.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "labels/base/rules.hpp"

namespace terramask::labels {

/// Higher levels lie over lower ones; 0 is the bare ground.
using Level = std::uint16_t;

/// Later rules lie over earlier ones. Within a set the features' `layer` comes first. The ring around a
/// rule's features lies under all that the rule paints itself (on that layer), and over all that came before.
class PaintOrder {
 public:
  static constexpr int kLowestLayer = -10;
  static constexpr int kHighestLayer = 10;

  /// Throws format for more rules in sets than levels can tell apart (1,560).
  explicit PaintOrder(const Rules& rules);

  Level fill(std::size_t rule, int layer = 0) const { return static_cast<Level>(ring(rule, layer) + 1); }
  Level ring(std::size_t rule, int layer = 0) const;

  /// Tells what is painted with the levels of a rule, on all layers; rings are ignored.
  void set_code(std::size_t rule, Code code);
  /// What a pixel of the raster of levels is painted with.
  Code code(Level level) const { return codes_[level]; }

 private:
  struct Place {
    std::uint32_t first = 1;  ///< level of the ring on the lowest layer
    std::uint32_t step = 0;   ///< from layer to layer; 0 for rules that stand alone
  };
  std::vector<Place> places_;
  std::vector<Code> codes_;
};

}  // namespace terramask::labels
