#include "geo/base/grid_mapping.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "geo/base/longitudes.hpp"

namespace terramask::geo {
namespace {

constexpr std::int64_t kCell = 16;
constexpr double kClose = 0.01;

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
  // What lies just opposite stays where it is.
  if (turn_ == 0 || std::abs(off) <= turn_ / 2 * (1 + 1e-9)) return column;
  return column - turn_ * std::round(off / turn_);
}

void GridMapping::positions(const Window& window, std::span<double> columns, std::span<double> rows) const {
  const std::int64_t left = floor_cell(window.x);
  const std::int64_t top = floor_cell(window.y);
  const auto across = static_cast<std::size_t>(floor_cell(window.x + window.width - 1) - left + 1);
  const auto down = static_cast<std::size_t>(floor_cell(window.y + window.height - 1) - top + 1);
  const std::size_t nodes = (across + 1) * (down + 1);
  // Nodes first, then the middles of the cells.
  std::vector<double> x(nodes + across * down);
  std::vector<double> y(x.size());
  for (std::size_t j = 0; j <= down; ++j) {
    for (std::size_t i = 0; i <= across; ++i) {
      x[j * (across + 1) + i] = static_cast<double>((left + static_cast<std::int64_t>(i)) * kCell);
      y[j * (across + 1) + i] = static_cast<double>((top + static_cast<std::int64_t>(j)) * kCell);
    }
  }
  for (std::size_t j = 0; j < down; ++j) {
    for (std::size_t i = 0; i < across; ++i) {
      x[nodes + j * across + i] = x[j * (across + 1) + i] + kCell / 2.0;
      y[nodes + j * across + i] = y[j * (across + 1) + i] + kCell / 2.0;
    }
  }
  map(x, y);

  const double close = kClose * std::min({1.0, span_[0], span_[1]});
  std::vector<double> px;
  std::vector<double> py;
  for (std::size_t j = 0; j < down; ++j) {
    for (std::size_t i = 0; i < across; ++i) {
      const Window cell{(left + static_cast<std::int64_t>(i)) * kCell,
                        (top + static_cast<std::int64_t>(j)) * kCell, kCell, kCell};
      const Window part = intersect(cell, window);
      const std::size_t a = j * (across + 1) + i;
      const std::size_t c = a + across + 1;
      const std::size_t middle = nodes + j * across + i;
      const double error_x = (x[a] + x[a + 1] + x[c] + x[c + 1]) / 4 - x[middle];
      const double error_y = (y[a] + y[a + 1] + y[c] + y[c + 1]) / 4 - y[middle];
      const bool smooth = std::abs(error_x) <= close && std::abs(error_y) <= close;  // false for NaN
      if (!smooth) {
        px.clear();
        py.clear();
      }
      for (std::int64_t row = part.y; row < part.y + part.height; ++row) {
        for (std::int64_t column = part.x; column < part.x + part.width; ++column) {
          const double u = static_cast<double>(column - cell.x) + 0.5;
          const double v = static_cast<double>(row - cell.y) + 0.5;
          if (!smooth) {
            px.push_back(static_cast<double>(column) + 0.5);
            py.push_back(static_cast<double>(row) + 0.5);
            continue;
          }
          const auto blend = [&](const std::vector<double>& at) {
            const double upper = at[a] + (at[a + 1] - at[a]) * (u / kCell);
            const double lower = at[c] + (at[c + 1] - at[c]) * (u / kCell);
            return upper + (lower - upper) * (v / kCell);
          };
          const auto out = static_cast<std::size_t>((row - window.y) * window.width + column - window.x);
          columns[out] = blend(x);
          rows[out] = blend(y);
        }
      }
      if (smooth) continue;
      map(px, py);
      std::size_t next = 0;
      for (std::int64_t row = part.y; row < part.y + part.height; ++row) {
        for (std::int64_t column = part.x; column < part.x + part.width; ++column, ++next) {
          const auto out = static_cast<std::size_t>((row - window.y) * window.width + column - window.x);
          columns[out] = px[next];
          rows[out] = py[next];
        }
      }
    }
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
  // Along the rows of points, each beginning beside the one above.
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
