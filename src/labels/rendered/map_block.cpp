#include "labels/rendered/map_block.hpp"

#include <algorithm>

namespace terramask::labels {

std::vector<MapPixel> read_map(MapBlock& block, LegendMatcher& legend, const MapReading& reading) {
  const std::vector<Rgb> original = block.colors;
  smooth_colors(block, reading.smooth_px);
  explain_colors(block, legend);
  refine_edges(block, original, legend);
  std::vector<MapPixel> explained = block.state;
  fill_undecided(block, doubt_lettering(block, legend, reading), reading);
  return explained;
}

int map_halo(const LegendMatcher& legend, const MapReading& reading) {
  int patch = 0;
  for (int map_class = 1; map_class < 256; ++map_class)
    patch = std::max(patch, legend.least_px(static_cast<MapClass>(map_class)));
  const int lettering = reading.glyph_px + 2 * reading.halo_px + 1;
  const int undecided = std::max({lettering, 2 * (2 * reading.fill_px + 1), patch + 1});
  return reading.smooth_px + kExplainReach + kRefineReach + undecided + fill_reach(reading);
}

}  // namespace terramask::labels
