#include "geo/base/grid_mapping.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "geo/base/longitudes.hpp"

namespace terramask::geo {
namespace {

constexpr std::int64_t kCell = 16;  // pixels
constexpr double kClose = 0.01;     // pixels of the finer grid

std::int64_t floor_cell(std::int64_t pixel) {
  return pixel >= 0 ? pixel / kCell : -((-pixel + kCell - 1) / kCell);
}

}  // namespace

GridMapping::GridMapping(const Grid& from, const Grid& to)
    : from_(from), to_(to), transform_(from.crs, to.crs), middle_(static_cast<double>(to.width) / 2) {
  const auto turn = full_turn(to.crs);
  if (turn && to.has_geotransform && to.geotransform[2] == 0) turn_ = *turn / std::abs(to.geotransform[1]);
  const double cx = static_cast<double>(from.width) / 2;
  const double cy = static_cast<double>(from.height) / 2;
  std::array<double, 4> x{cx - 0.5, cx + 0.5, cx, cx};
  std::array<double, 4> y{cy, cy, cy - 0.5, cy + 0.5};
  map(x, y);
  const double left = round_the_world(x[1], x[0]), above = round_the_world(x[3], x[2]);
  span_ = {std::hypot(left - x[0], above - x[2]), std::hypot(y[1] - y[0], y[3] - y[2])};
}

void GridMapping::map(std::span<double> x, std::span<double> y) const {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto point = from_.to_world(x[i], y[i]);
    x[i] = point[0];
    y[i] = point[1];
  }
  transform_.apply(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto point = to_.to_pixel(x[i], y[i]);
    x[i] = round_the_world(point[0], middle_);
    y[i] = point[1];
  }
}

double GridMapping::round_the_world(double column, double near) const {
  const double off = column - near;
  // Exactly opposite columns are unchanged.
  if (turn_ == 0 || std::abs(off) <= turn_ / 2 * (1 + 1e-9)) return column;
  return column - turn_ * std::round(off / turn_);
}

namespace {

/// A lattice over a window: its nodes, then the centres of its cells, in pixels of the other grid.
struct Lattice {
  std::int64_t left, top;    ///< of the first cell, in cells
  std::size_t across, down;  ///< cells
  std::vector<double> x, y;

  explicit Lattice(const Window& window)
      : left(floor_cell(window.x)),
        top(floor_cell(window.y)),
        across(static_cast<std::size_t>(floor_cell(window.x + window.width - 1) - left + 1)),
        down(static_cast<std::size_t>(floor_cell(window.y + window.height - 1) - top + 1)) {
    const auto add = [&](std::size_t i, std::size_t j, double off) {
      x.push_back(static_cast<double>((left + static_cast<std::int64_t>(i)) * kCell) + off);
      y.push_back(static_cast<double>((top + static_cast<std::int64_t>(j)) * kCell) + off);
    };
    for (std::size_t j = 0; j <= down; ++j)
      for (std::size_t i = 0; i <= across; ++i) add(i, j, 0);
    for (std::size_t j = 0; j < down; ++j)
      for (std::size_t i = 0; i < across; ++i) add(i, j, kCell / 2.0);
  }

  Window cell(std::size_t i, std::size_t j) const {
    return {(left + static_cast<std::int64_t>(i)) * kCell, (top + static_cast<std::int64_t>(j)) * kCell,
            kCell, kCell};
  }
  std::size_t node(std::size_t i, std::size_t j) const { return j * (across + 1) + i; }
  std::size_t middle(std::size_t i, std::size_t j) const {
    return (across + 1) * (down + 1) + j * across + i;
  }
  /// Whether interpolating between the nodes of a cell is accurate at its centre; false for NaN.
  bool is_smooth(std::size_t i, std::size_t j, double close) const {
    const std::size_t a = node(i, j), c = node(i, j + 1), m = middle(i, j);
    return std::abs((x[a] + x[a + 1] + x[c] + x[c + 1]) / 4 - x[m]) <= close &&
           std::abs((y[a] + y[a + 1] + y[c] + y[c + 1]) / 4 - y[m]) <= close;
  }
  /// Interpolates between the nodes of a cell, at u and v pixels from its corner.
  double blend(const std::vector<double>& at, std::size_t i, std::size_t j, double u, double v) const {
    const std::size_t a = node(i, j), c = node(i, j + 1);
    const double upper = at[a] + (at[a + 1] - at[a]) * (u / kCell);
    const double lower = at[c] + (at[c + 1] - at[c]) * (u / kCell);
    return upper + (lower - upper) * (v / kCell);
  }
};

/// Calls `visit` with column, row and index within `window` for each pixel of `part`.
template <class Visit>
void each_pixel(const Window& part, const Window& window, const Visit& visit) {
  for (std::int64_t row = part.y; row < part.y + part.height; ++row)
    for (std::int64_t column = part.x; column < part.x + part.width; ++column)
      visit(static_cast<double>(column) + 0.5, static_cast<double>(row) + 0.5,
            static_cast<std::size_t>((row - window.y) * window.width + column - window.x));
}

}  // namespace

void GridMapping::positions(const Window& window, std::span<double> columns, std::span<double> rows) const {
  Lattice lattice(window);
  map(lattice.x, lattice.y);
  const double close = kClose * std::min({1.0, span_[0], span_[1]});
  std::vector<double> px, py;
  for (std::size_t j = 0; j < lattice.down; ++j)
    for (std::size_t i = 0; i < lattice.across; ++i) {
      const Window cell = lattice.cell(i, j), part = intersect(cell, window);
      if (lattice.is_smooth(i, j, close)) {
        each_pixel(part, window, [&](double column, double row, std::size_t at) {
          const double u = column - static_cast<double>(cell.x), v = row - static_cast<double>(cell.y);
          columns[at] = lattice.blend(lattice.x, i, j, u, v);
          rows[at] = lattice.blend(lattice.y, i, j, u, v);
        });
        continue;
      }
      px.clear();
      py.clear();
      each_pixel(part, window, [&](double column, double row, std::size_t) {
        px.push_back(column);
        py.push_back(row);
      });
      map(px, py);
      std::size_t next = 0;
      each_pixel(part, window, [&](double, double, std::size_t at) {
        columns[at] = px[next];
        rows[at] = py[next];
        ++next;
      });
    }
}

std::array<double, 4> GridMapping::extent() const {
  constexpr std::size_t steps = 33;
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t j = 0; j <= steps; ++j) {
    for (std::size_t i = 0; i <= steps; ++i) {
      x.push_back(static_cast<double>(from_.width) * static_cast<double>(i) / steps);
      y.push_back(static_cast<double>(from_.height) * static_cast<double>(j) / steps);
    }
  }
  map(x, y);
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::array<double, 4> box{none, none, none, none};
  // Unwraps along the rows of points; each row starts near the one above.
  double row_begin = std::numeric_limits<double>::quiet_NaN(), before = row_begin;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool begins = i % (steps + 1) == 0;
    const double near = begins && std::isfinite(row_begin) ? row_begin : before;
    if (std::isfinite(x[i]) && std::isfinite(near)) x[i] = round_the_world(x[i], near);
    if (std::isfinite(x[i])) before = x[i];
    if (begins) row_begin = before;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    box[0] = std::fmin(box[0], x[i]);
    box[1] = std::fmin(box[1], y[i]);
    box[2] = std::fmax(box[2], x[i]);
    box[3] = std::fmax(box[3], y[i]);
  }
  return box;
}

std::array<double, 4> GridMapping::bounds() const {
  std::array<double, 4> box = extent();
  // On both ends of a grid that goes around the Earth.
  const double left = box[0], right = box[2];
  for (const double turn : {-turn_, turn_})
    if (turn != 0 && left + turn < static_cast<double>(to_.width) && right + turn > 0) {
      box[0] = std::min(box[0], left + turn);
      box[2] = std::max(box[2], right + turn);
    }
  return box;
}

}  // namespace terramask::geo
