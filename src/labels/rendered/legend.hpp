// The legend of a rendered map: which colour means which class.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "labels/rendered/legend_color.hpp"

namespace terramask::labels {

/// A class of the legend, from 1. What has no class: kNoClass.
using MapClass = std::uint8_t;
inline constexpr MapClass kNoClass = 0;
inline constexpr double kDefaultTolerance = 6;
inline constexpr int kDefaultLeast = 4;

struct LegendEntry {
  Rgb color{};
  /// kNoClass: the map's own ink (names, arrows, outlines), which says nothing of the ground. It is filled
  /// from what is around it, as unexplained colours are.
  MapClass map_class = kNoClass;
  /// Drawn as a thin line only (the casing of a road, the outline of a house), which antialiasing may leave
  /// no pixel of its colour. Lines without a class belong to the nearer side; other ink is lettering.
  bool line = false;
  double tolerance = kDefaultTolerance;  ///< the largest CIEDE2000 difference that is still this colour
  /// Patches of the class that a square of so many pixels holds are none of it: a white roof is no road.
  int least_px = kDefaultLeast;
};

/// An entry of a legend, from 1; kUnexplained where no entry is near enough.
using EntryIndex = std::uint8_t;
inline constexpr EntryIndex kUnexplained = 0;

/// Two colours of which a third may be a mixture, as at the edge between two areas drawn with antialiasing.
struct Mixture {
  double share = 0;       ///< of the second, 0 to 1
  double difference = 0;  ///< CIEDE2000, between the colour and the mixture
};

/// Brightness and two differences of colour (ITU-R BT.601, full range, as in JPEG), about 0.
struct Ycc {
  double y = 0, cb = 0, cr = 0;
};
Ycc to_ycc(const Rgb& color);

/// Finds the entries of colours. Not thread-safe: one a thread.
class LegendMatcher {
 public:
  /// @throws Error usage for no entry, or more than 250
  explicit LegendMatcher(std::span<const LegendEntry> entries);

  /// The nearest entry within its tolerance; of two equally near the first.
  EntryIndex match(const Rgb& color);
  MapClass map_class(EntryIndex entry) const { return entry == kUnexplained ? kNoClass : classes_[entry]; }
  /// How many entries there are; the last is count().
  int count() const { return static_cast<int>(entries_.size()); }
  Ycc ycc(EntryIndex entry) const { return to_ycc(entries_[entry - 1U].color); }
  /// The entries that are lines of a class.
  std::span<const EntryIndex> lines() const { return lines_; }
  bool is_line(EntryIndex entry) const { return entry != kUnexplained && entries_[entry - 1U].line; }
  /// The largest least_px of the class's entries.
  int least_px(MapClass map_class) const { return least_[map_class]; }
  double tolerance(EntryIndex entry) const { return entries_[entry - 1U].tolerance; }

  double difference(const Rgb& color, EntryIndex entry) const;
  /// A renderer mixes the colours as they stand in the file (gamma and all), so the share is found there.
  /// JPEG keeps colour at half the resolution of brightness: the share is that of brightness mostly, and a
  /// colour is still a mixture where its two parts have other shares.
  Mixture mixture(const Rgb& color, EntryIndex first, EntryIndex second) const;

 private:
  std::vector<LegendEntry> entries_;
  std::vector<Lab> labs_;
  std::vector<MapClass> classes_;
  std::array<int, 256> least_{};
  std::vector<EntryIndex> lines_;
  std::vector<EntryIndex> known_;  ///< of each 24-bit colour met so far
};

}  // namespace terramask::labels
