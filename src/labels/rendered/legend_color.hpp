// Colours as people tell them apart: CIELAB and the CIEDE2000 difference.
#pragma once

#include <array>
#include <cstdint>

namespace terramask::labels {

using Rgb = std::array<std::uint8_t, 3>;  ///< sRGB, as in a picture's file

/// CIE 1976 L*a*b* under D65.
struct Lab {
  double l = 0, a = 0, b = 0;
};

/// IEC 61966-2-1 (sRGB) to CIELAB.
/// @param rgb 0 to 255, fractions allowed (a mixture of two colours need not be a colour of 8 bits)
Lab to_lab(const std::array<double, 3>& rgb);
Lab to_lab(const Rgb& rgb);

/// CIEDE2000 (CIE 142-2001), as Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula: Implementation
/// Notes, Supplementary Test Data, and Mathematical Observations", Color Research & Application 30(1), 2005,
/// write it, with kL = kC = kH = 1. About 1 is the least difference that is seen side by side.
///
/// It was taken before OKLab (Ottosson 2020), whose plain distance is cheaper, because map styles put their
/// classes a few steps apart among pale tints, where CIEDE2000 was fitted to judgements of small differences,
/// because a tolerance in it is a number printers and designers know, and because it comes with published
/// test data. The cost is no matter: each colour is compared with a legend once (LegendMatcher).
double color_difference(const Lab& a, const Lab& b);

}  // namespace terramask::labels
