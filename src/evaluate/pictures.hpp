// Windows of images and masks as pictures for pages.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "evaluate/codes.hpp"
#include "terramask/class_info.hpp"

namespace terramask::evaluation {

using Rgb = std::array<std::uint8_t, 3>;

struct Picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  ///< height × width × 3

  void set(int x, int y, const Rgb& color);
  /// "data:image/png;base64,..."
  std::string url() const;
};

/// Classes in their colours; stripes where there is none.
Picture codes_picture(const CodeBlock& block, const std::vector<ClassInfo>& classes);

/// An image at the pixel centres of a grid: red, green and blue where bands say that they are, else the first
/// three, or one for all; values of more than 8 bits are stretched. Stripes where it is not valid.
Picture image_picture(const std::string& path, const Window& window, const Grid& grid,
                      const std::string& grid_name);

}  // namespace terramask::evaluation
