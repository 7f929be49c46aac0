// A rendered map as classes, piece by piece.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "geo/read/color_reader.hpp"
#include "labels/rendered/map_block.hpp"

namespace terramask::labels {

/// Pixels by how they came by their class.
struct MapCounts {
  std::uint64_t map = 0;          ///< all that are not nodata
  std::uint64_t pure = 0;         ///< a colour of the legend
  std::uint64_t mixed = 0;        ///< edges between two of them
  std::uint64_t ink = 0;          ///< colours that the legend gives no class: filled
  std::uint64_t unexplained = 0;  ///< colours of no entry and no mixture
  std::uint64_t withdrawn = 0;    ///< halos and fringes of lettering
  std::uint64_t left = 0;         ///< without a class in the end

  MapCounts& operator+=(const MapCounts& other);
};

struct RenderedMapOptions {
  std::vector<LegendEntry> legend;
  MapReading reading;
  /// Whether lettering, and what lies beside it, is left without a class, in place of being filled.
  bool leave_unexplained = false;
  int ignore_ring_px = 0;  ///< pixels so near to another class have none
};

/// What a pixel without a class is, beside the classes of the legend.
inline constexpr MapClass kOffMap = 0;
inline constexpr MapClass kNoOneKnows = 255;

/// Not thread-safe.
class RenderedMap {
 public:
  RenderedMap(const std::string& path, const RenderedMapOptions& options);

  geo::ColorReader& colors() { return colors_; }

  /// Classes of a window that lies in the map, with as much around it read as decides on them: a pixel's
  /// class does not depend on the window.
  /// @param classes height × width: classes of the legend, kOffMap where the map is nodata, kNoOneKnows
  void read(const Window& window, std::span<MapClass> classes);

  /// Over all windows read.
  const MapCounts& counts() const { return counts_; }

 private:
  MapBlock load(const Window& window);
  std::vector<std::uint8_t> near_borders(const MapBlock& block) const;

  geo::ColorReader colors_;
  RenderedMapOptions options_;
  LegendMatcher legend_;
  MapCounts counts_;
};

}  // namespace terramask::labels
