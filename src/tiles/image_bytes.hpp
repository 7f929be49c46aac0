// Checks whether bytes are a complete image, without decoding them.
#pragma once

#include <string>
#include <string_view>

namespace terramask::tiles {

/// "png", "jpg", "webp", or "" for anything else.
std::string image_kind(std::string_view bytes);

/// Empty if the bytes are a PNG, JPEG or WebP complete in structure; else the fault in a few words: "cut
/// short after 1,234 bytes", "text, not an image: ...".
std::string image_fault(std::string_view bytes);

}  // namespace terramask::tiles
