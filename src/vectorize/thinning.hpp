// Thinning: what is wide becomes a line of pixels in its middle.
#pragma once

#include "vectorize/pixel_strip.hpp"

namespace terramask::vectors {

/// Guo and Hall's parallel thinning with two subiterations (Parallel thinning with two-subiteration
/// algorithms, CACM 32, 1989; their algorithm A1): connectivity and ends are kept, and a pixel's fate after n
/// iterations depends on what lies within 2n pixels of it, however far the raster goes beyond.
/// @return how many iterations it took, `most` where it was not over then
int thin(PixelStrip& strip, int most);

}  // namespace terramask::vectors
