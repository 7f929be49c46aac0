// Whether bytes can be a whole image, before anything decodes them.
#pragma once

#include <string>
#include <string_view>

namespace terramask::tiles {

/// "png", "jpg", "webp", or "" for all else.
std::string image_kind(std::string_view bytes);

/// Empty where the bytes are a PNG, JPEG or WebP from the first to the last part of its structure; else what
/// is wrong, in a few words: "cut short after 1,234 bytes", "text, not an image: ...".
std::string image_fault(std::string_view bytes);

}  // namespace terramask::tiles
