// Encodes small pictures as PNG, in memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace terramask::geo {

/// @param rgb height × width × 3
/// @param level of compression, 1 to 9
/// @return the bytes of the PNG. Throws unsupported if this GDAL cannot write PNG
std::string encode_png(int width, int height, std::span<const std::uint8_t> rgb, int level = 9);

/// The PNG as a data URL for web pages: "data:image/png;base64,..."
std::string png_data_url(int width, int height, std::span<const std::uint8_t> rgb);

}  // namespace terramask::geo
