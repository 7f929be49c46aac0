// Detects images with far more data than they show, which would take minutes to decode.
#pragma once

#include <string>
#include <string_view>

namespace terramask::tiles {

/// Describes what a complete PNG, JPEG or WebP (image_bytes.hpp) has in excess of its header: pixels, data
/// that inflate to more than these, scans of the whole image. Empty if decoding is bounded by the image's
/// size.
std::string image_excess(std::string_view bytes, const std::string& kind);

}  // namespace terramask::tiles
