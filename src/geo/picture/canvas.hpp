// A small RGB image with drawing functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace terramask::geo {

using Color = std::array<std::uint8_t, 3>;

/// The colours of all pictures: background, text, secondary text, frames.
inline constexpr Color kPaper{255, 255, 255}, kInk{34, 40, 49}, kFaint{112, 120, 130}, kLine{205, 210, 216};

class Canvas {
 public:
  Canvas(int width, int height, Color background);

  int width() const { return width_; }
  int height() const { return height_; }
  /// height × width × 3
  const std::vector<std::uint8_t>& pixels() const { return pixels_; }

  void set(int x, int y, Color color);
  /// @param coverage of the pixel, 0 to 1
  void blend(int x, int y, Color color, double coverage);
  void fill(int x, int y, int width, int height, Color color);
  /// The outline of a rectangle, one pixel wide, inside it.
  void frame(int x, int y, int width, int height, Color color);
  void rounded(double x, double y, double width, double height, double radius, Color color);

  /// Text with its baseline at y. @param size height of capitals in pixels
  void text(double x, double y, double size, std::string_view utf8, Color color, double weight = 0.09);
  static double text_width(double size, std::string_view utf8);

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> pixels_;
};

/// Writes a PNG, whole or not at all. Throws exists (unless `overwrite`), io.
void save_png(const Canvas& canvas, const std::string& path, bool overwrite);

}  // namespace terramask::geo
