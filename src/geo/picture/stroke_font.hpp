// A stroke font drawn for Terramask: round lines of even width, clear at any size, and no font file.
#pragma once

#include <string_view>
#include <vector>

namespace terramask::geo {

struct StrokePoint {
  double x = 0;
  double y = 0;  ///< upwards from the baseline
};

/// Polylines, one per stroke, in units where capitals are 14 high and small letters 10.
struct StrokeText {
  std::vector<std::vector<StrokePoint>> strokes;
  double width = 0;
};

inline constexpr double kCapitalHeight = 14;

/// Sets a line of UTF-8. Covers letters of the Latin alphabet with accents, digits and punctuation; other
/// characters become a box.
StrokeText set_text(std::string_view utf8);

}  // namespace terramask::geo
