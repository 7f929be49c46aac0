// Images that hold far more than what they show: they would keep a processor busy for minutes.
#pragma once

#include <string>
#include <string_view>

namespace terramask::tiles {

/// What a whole PNG, JPEG or WebP (image_bytes.hpp) has too much of, for its header: pixels, data that
/// inflate to more than these, scans of the whole image. Empty where decoding is bounded by the image's size.
std::string image_excess(std::string_view bytes, const std::string& kind);

}  // namespace terramask::tiles
