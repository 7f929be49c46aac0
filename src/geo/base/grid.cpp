#include "terramask/grid.hpp"

#include <algorithm>

namespace terramask {

Window intersect(const Window& a, const Window& b) {
  const std::int64_t x = std::max(a.x, b.x);
  const std::int64_t y = std::max(a.y, b.y);
  const std::int64_t right = std::min(a.x + a.width, b.x + b.width);
  const std::int64_t bottom = std::min(a.y + a.height, b.y + b.height);
  return {x, y, std::max<std::int64_t>(right - x, 0), std::max<std::int64_t>(bottom - y, 0)};
}

std::array<double, 2> Grid::to_world(double column, double row) const {
  const auto& g = geotransform;
  return {g[0] + column * g[1] + row * g[2], g[3] + column * g[4] + row * g[5]};
}

std::array<double, 2> Grid::to_pixel(double x, double y) const {
  const auto& g = geotransform;
  const double dx = x - g[0];
  const double dy = y - g[3];
  if (g[2] == 0 && g[4] == 0) return {dx / g[1], dy / g[5]};
  const double determinant = g[1] * g[5] - g[2] * g[4];
  return {(dx * g[5] - dy * g[2]) / determinant, (dy * g[1] - dx * g[4]) / determinant};
}

Grid cut(const Grid& grid, const Window& window) {
  Grid part = grid;
  part.width = window.width;
  part.height = window.height;
  const auto origin = grid.to_world(static_cast<double>(window.x), static_cast<double>(window.y));
  part.geotransform[0] = origin[0];
  part.geotransform[3] = origin[1];
  return part;
}

}  // namespace terramask
