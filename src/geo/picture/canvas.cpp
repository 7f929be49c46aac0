#include "geo/picture/canvas.hpp"

#include <algorithm>
#include <cmath>

#include "geo/picture/stroke_font.hpp"

namespace terramask::geo {
namespace {

double distance(double px, double py, double ax, double ay, double bx, double by) {
  const double dx = bx - ax;
  const double dy = by - ay;
  const double length = dx * dx + dy * dy;
  const double t = length > 0 ? std::clamp(((px - ax) * dx + (py - ay) * dy) / length, 0.0, 1.0) : 0;
  return std::hypot(px - ax - t * dx, py - ay - t * dy);
}

}  // namespace

Canvas::Canvas(int width, int height, Color background)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {
  fill(0, 0, width, height, background);
}

void Canvas::set(int x, int y, Color color) {
  blend(x, y, color, 1);
}

void Canvas::blend(int x, int y, Color color, double coverage) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_ || !(coverage > 0)) return;
  std::uint8_t* pixel =
      pixels_.data() +
      (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)) * 3;
  for (std::size_t i = 0; i < 3; ++i)
    pixel[i] = static_cast<std::uint8_t>(std::lround(std::lerp(
        double{static_cast<double>(pixel[i])}, static_cast<double>(color[i]), std::min(1.0, coverage))));
}

void Canvas::fill(int x, int y, int width, int height, Color color) {
  for (int row = y; row < y + height; ++row)
    for (int column = x; column < x + width; ++column) set(column, row, color);
}

void Canvas::frame(int x, int y, int width, int height, Color color) {
  fill(x, y, width, 1, color);
  fill(x, y + height - 1, width, 1, color);
  fill(x, y, 1, height, color);
  fill(x + width - 1, y, 1, height, color);
}

void Canvas::rounded(double x, double y, double width, double height, double radius, Color color) {
  for (int row = static_cast<int>(std::floor(y)); row < y + height; ++row)
    for (int column = static_cast<int>(std::floor(x)); column < x + width; ++column) {
      const double px = column + 0.5;
      const double py = row + 0.5;
      // Distance outside the rectangle shrunk by the radius.
      const double dx = std::max({x + radius - px, px - (x + width - radius), 0.0});
      const double dy = std::max({y + radius - py, py - (y + height - radius), 0.0});
      blend(column, row, color, std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0));
    }
}

void Canvas::text(double x, double y, double size, std::string_view utf8, Color color, double weight) {
  const double scale = size / kCapitalHeight;
  const double radius = std::max(0.45, size * weight);
  const StrokeText set = set_text(utf8);
  // Coverage first, then colour: where strokes cross, a pixel must not be covered twice.
  const int left = static_cast<int>(std::floor(x - radius - 1 - 3 * scale));
  const int top = static_cast<int>(std::floor(y - 20 * scale - radius - 1));
  const int columns = static_cast<int>(std::ceil(set.width * scale + 2 * radius + 4 + 6 * scale));
  const int rows = static_cast<int>(std::ceil(26 * scale + 2 * radius + 4));
  std::vector<float> coverage(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  for (const auto& stroke : set.strokes)
    for (std::size_t i = 0; i + 1 < stroke.size(); ++i) {
      const double ax = x + stroke[i].x * scale;
      const double ay = y - stroke[i].y * scale;
      const double bx = x + stroke[i + 1].x * scale;
      const double by = y - stroke[i + 1].y * scale;
      const double reach = radius + 1;
      const int x0 = std::max(0, static_cast<int>(std::floor(std::min(ax, bx) - reach)) - left);
      const int x1 = std::min(columns - 1, static_cast<int>(std::ceil(std::max(ax, bx) + reach)) - left);
      const int y0 = std::max(0, static_cast<int>(std::floor(std::min(ay, by) - reach)) - top);
      const int y1 = std::min(rows - 1, static_cast<int>(std::ceil(std::max(ay, by) + reach)) - top);
      for (int row = y0; row <= y1; ++row)
        for (int column = x0; column <= x1; ++column) {
          const double d = distance(left + column + 0.5, top + row + 0.5, ax, ay, bx, by);
          float& covered = coverage[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                                    static_cast<std::size_t>(column)];
          covered = std::max(covered, static_cast<float>(std::clamp(radius + 0.5 - d, 0.0, 1.0)));
        }
    }
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column)
      blend(left + column, top + row, color,
            static_cast<double>(coverage[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                                         static_cast<std::size_t>(column)]));
}

double Canvas::text_width(double size, std::string_view utf8) {
  return set_text(utf8).width * size / kCapitalHeight;
}

}  // namespace terramask::geo
