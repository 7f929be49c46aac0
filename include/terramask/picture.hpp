// A picture of an image and its mask.
#pragma once

#include <string>

namespace terramask {

/// A PNG of the image and, beside or below it, the same with the mask laid over it; a scale bar; a legend
/// with each class's share and area. At most `max_side` pixels on its longer side. It shows the mask's
/// extent; what has no image is hatched. Values of more than 8 bits are stretched between their 1st and 99th
/// percentile. Throws mismatch where the two do not lie on one grid (other pixel sizes and extents are fine),
/// and what `check_output` throws.
/// @param opacity of the mask, 0 to 1
void write_picture(const std::string& png_path, const std::string& image_path, const std::string& mask_path,
                   int max_side, double opacity, bool overwrite);

}  // namespace terramask
