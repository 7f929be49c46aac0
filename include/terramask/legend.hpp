// What colours a rendered map is made of: the draft of a legend, for people to finish.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "terramask/progress.hpp"

namespace terramask {

struct SuggestedColor {
  std::array<std::uint8_t, 3> color{};
  double share = 0;   ///< of the map's areas, 0 to 1
  std::string guess;  ///< "road", "water", "vegetation" or "background": a guess from the colour alone
};

struct SuggestedLegend {
  std::string map;
  std::vector<SuggestedColor> colors;  ///< the commonest first
  double tolerance = 6;  ///< CIEDE2000: 3 where areas are of one value, 6 where JPEG made them noisy
  double areas = 0;      ///< the share of the map's pixels that lie in areas of one colour
  double explained = 0;  ///< of those, the share that these colours explain
};

/// Finds the colours that fill areas of a map (of 5 × 5 pixels at least), each as the mean of all that differ
/// from its commonest value by less than a person sees. Large maps are read in samples of windows, evenly
/// spread.
/// @param least  share of the areas below which a colour is left out
/// Throws what opening a raster throws, and mismatch for a map without any even area.
SuggestedLegend suggest_legend(const std::string& map, double least, const ProgressSink& progress,
                               const StopFlag* stop);

/// A rules file with this legend, to be edited: classes are guesses. Throws what check_output throws.
void write_suggested_rules(const std::string& path, const SuggestedLegend& legend, bool overwrite);

/// The colours with their shares and guesses, as a PNG.
void write_legend_picture(const std::string& path, const SuggestedLegend& legend, bool overwrite);

}  // namespace terramask
