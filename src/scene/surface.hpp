// What is seen from above at each point of a regular grid: cover, heights and colour, before any light.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "scene/geometry.hpp"
#include "scene/town.hpp"

namespace terramask::scene {

/// The values of labels.tif.
enum class Cover : std::uint8_t { bare, road, building, tree, low, water };

/// Reflectance, linear, 0 to 1.
struct Colour {
  float r = 0, g = 0, b = 0;
};

inline Colour operator*(Colour c, double s) {
  const auto f = static_cast<float>(s);
  return {c.r * f, c.g * f, c.b * f};
}
inline Colour operator+(Colour a, Colour b) {
  return {a.r + b.r, a.g + b.g, a.b + b.b};
}
inline Colour blend(Colour a, Colour b, double t) {
  return a * (1 - t) + b * t;
}

struct Sample {
  float ground = 0;  ///< height of the bare ground, metres
  float height = 0;  ///< height of the surface, metres
  Colour colour;
  Cover cover = Cover::bare;
};

/// Points of the whole scene's lattice with spacing `step`: rows count downwards from the upper edge. A
/// point's position comes from its absolute numbers alone, so a sample does not depend on the grid it is
/// drawn in.
struct SampleGrid {
  std::int64_t first_column = 0, first_row = 0;
  int columns = 0, rows = 0;
  double step = 0.5;
  double top = 0;  ///< y of the scene's upper edge

  double x(int column) const { return (static_cast<double>(first_column + column) + 0.5) * step; }
  double y(int row) const { return top - (static_cast<double>(first_row + row) + 0.5) * step; }
  Box box() const { return {x(0), y(rows - 1), x(columns - 1), y(0)}; }
};

class Surface {
 public:
  explicit Surface(const SampleGrid& grid)
      : grid_(grid), samples_(static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows)) {}

  const SampleGrid& grid() const { return grid_; }
  Sample& at(int column, int row) { return samples_[index(column, row)]; }
  const Sample& at(int column, int row) const { return samples_[index(column, row)]; }
  std::size_t index(int column, int row) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(grid_.columns) +
           static_cast<std::size_t>(column);
  }
  std::size_t size() const { return samples_.size(); }

  /// Calls draw(Sample&, Point, index) for every sample in `box`.
  template <class Draw>
  void paint(const Box& box, Draw&& draw) {
    const auto number = [&](double metres) { return metres / grid_.step - 0.5; };
    const int column0 =
        bound(std::floor(number(box.x0)) - static_cast<double>(grid_.first_column), grid_.columns);
    const int column1 =
        bound(std::ceil(number(box.x1)) - static_cast<double>(grid_.first_column) + 1, grid_.columns);
    const int row0 =
        bound(std::floor(number(grid_.top - box.y1)) - static_cast<double>(grid_.first_row), grid_.rows);
    const int row1 =
        bound(std::ceil(number(grid_.top - box.y0)) - static_cast<double>(grid_.first_row) + 1, grid_.rows);
    for (int row = row0; row < row1; ++row)
      for (int column = column0; column < column1; ++column)
        draw(at(column, row), Point{grid_.x(column), grid_.y(row)}, index(column, row));
  }

  /// As paint, for the samples inside a polygon (even-odd rule): row by row between its crossings.
  template <class Draw>
  void paint_ring(const Line& ring, Draw&& draw) {
    const Box box = bounds(ring);
    std::vector<double> crossings;
    for (int row = 0; row < grid_.rows; ++row) {
      const double y = grid_.y(row);
      if (y < box.y0 || y > box.y1) continue;
      crossings.clear();
      for (std::size_t i = 0, j = ring.size() - 1; i < ring.size(); j = i++) {
        const Point a = ring[i], b = ring[j];
        if ((a.y > y) != (b.y > y)) crossings.push_back((b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x);
      }
      std::sort(crossings.begin(), crossings.end());
      std::size_t passed = 0;
      for (int column = 0; column < grid_.columns && passed < crossings.size(); ++column) {
        const double x = grid_.x(column);
        while (passed < crossings.size() && crossings[passed] <= x) ++passed;
        if ((crossings.size() - passed) % 2 == 1) draw(at(column, row), Point{x, y}, index(column, row));
      }
    }
  }

 private:
  static int bound(double number, int count) {
    return static_cast<int>(std::clamp(number, 0.0, static_cast<double>(count)));
  }

  SampleGrid grid_;
  std::vector<Sample> samples_;
};

// The painters, from the ground up: each draws over what lies below.
void paint_ground(const Town& town, Surface& surface);
void paint_pads(const Town& town, Surface& surface);
void paint_water(const Town& town, Surface& surface);
void paint_roads(const Town& town, Surface& surface);
void paint_cars(const Town& town, Surface& surface);
void paint_buildings(const Town& town, Surface& surface);
void paint_trees(const Town& town, Surface& surface);

Surface draw_surface(const Town& town, const SampleGrid& grid);

}  // namespace terramask::scene
