#include "geo/base/bounds_windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "geo/base/crs.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

using Edges = std::array<double, 4>;

constexpr double kOnEdge = 1e-6;  // pixels: bounds this close to a pixel edge are snapped to it
constexpr int kEdgeSteps = 256;   // along each edge, which may be curved
constexpr int kNodes = 32;        // of the raster, along each axis

struct Points {
  std::vector<double> x, y;
  void add(double px, double py) {
    x.push_back(px);
    y.push_back(py);
  }
};

Edges edges_around(const Points& points) {
  const auto [left, right] = std::minmax_element(points.x.begin(), points.x.end());
  const auto [low, high] = std::minmax_element(points.y.begin(), points.y.end());
  return {*left, *low, *right, *high};
}

/// The box's edges as one closed line.
Points outline(const Edges& box) {
  Points points;
  const auto at = [](double from, double to, int i) {
    return i == kEdgeSteps ? to : from + (to - from) * i / kEdgeSteps;
  };
  for (int i = 0; i < kEdgeSteps; ++i) points.add(at(box[0], box[2], i), box[1]);
  for (int i = 0; i < kEdgeSteps; ++i) points.add(box[2], at(box[1], box[3], i));
  for (int i = 0; i < kEdgeSteps; ++i) points.add(at(box[2], box[0], i), box[3]);
  for (int i = 0; i <= kEdgeSteps; ++i) points.add(box[0], at(box[3], box[1], i));
  return points;
}

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

/// Whether all edges can be transformed to the raster's CRS and back. A projection may map points beyond the
/// horizon to arbitrary places.
bool comes_back(const Points& there, const Points& before, const Edges& box, const std::string& from,
                const std::string& to, const std::optional<double>& turn) {
  if (!all_finite(there.x) || !all_finite(there.y)) return false;
  Points back = there;
  CrsTransform(to, from).apply(back.x, back.y);
  const double near = 1e-3 * std::max(box[2] - box[0], box[3] - box[1]);
  for (std::size_t i = 0; i < back.x.size(); ++i) {
    double off = back.x[i] - before.x[i];
    if (turn) off -= *turn * std::round(off / *turn);
    if (!(std::abs(off) <= near && std::abs(back.y[i] - before.y[i]) <= near)) return false;
  }
  return true;
}

/// Points spread over the raster and along its edges.
struct Nodes {
  Points own, there;  ///< in the raster's CRS, and in another
  std::size_t inner = 0;
};

Nodes nodes_of(const Grid& grid, const std::string& crs) {
  Nodes nodes;
  Points& points = nodes.own;
  const auto w = static_cast<double>(grid.width), h = static_cast<double>(grid.height);
  const auto add = [&](double column, double row) {
    const auto place = grid.to_world(column, row);
    points.add(place[0], place[1]);
  };
  add(w / 2, h / 2);
  for (int i = 0; i <= kNodes; ++i)
    for (int j = 0; j <= kNodes; ++j) add(w * i / kNodes, h * j / kNodes);
  nodes.inner = points.x.size();
  for (int i = 0; i < kEdgeSteps; ++i) add(w * i / kEdgeSteps, 0);
  for (int i = 0; i < kEdgeSteps; ++i) add(w, h * i / kEdgeSteps);
  for (int i = kEdgeSteps; i > 0; --i) add(w * i / kEdgeSteps, h);
  for (int i = kEdgeSteps; i >= 0; --i) add(0, h * i / kEdgeSteps);
  nodes.there = points;
  CrsTransform(grid.crs, crs).apply(nodes.there.x, nodes.there.y);
  return nodes;
}

/// The raster's extent in another CRS, slightly enlarged; longitudes continue from its centre without a jump.
/// Empty if it cannot be transformed.
std::optional<Edges> extent_in(const Nodes& nodes, const std::string& crs,
                               const std::optional<double>& turn) {
  const Points& points = nodes.there;
  bool pole = false;
  if (turn) {
    std::vector<double> edge(points.x.begin() + static_cast<std::ptrdiff_t>(nodes.inner), points.x.end());
    pole = all_finite(edge) && unroll(edge, *turn) != 0;
  }
  Points known;
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    if (!std::isfinite(points.x[i]) || !std::isfinite(points.y[i])) continue;
    double x = points.x[i];
    if (turn && !known.x.empty()) x -= *turn * std::round((x - known.x.front()) / *turn);
    known.add(x, points.y[i]);
  }
  if (known.x.empty()) return std::nullopt;
  Edges box = edges_around(known);
  const double margin_x = (box[2] - box[0]) / 64, margin_y = (box[3] - box[1]) / 64;
  box = {box[0] - margin_x, box[1] - margin_y, box[2] + margin_x, box[3] + margin_y};
  if (!turn) return box;
  const double top = is_geographic(crs) ? *turn / 4 : std::numeric_limits<double>::infinity();
  if (pole) (box[1] + box[3] > 0 ? box[3] : box[1]) = box[1] + box[3] > 0 ? top : -top;
  if (pole || box[2] - box[0] > *turn) {
    box[0] = known.x.front() - *turn / 2;
    box[2] = known.x.front() + *turn / 2;
  }
  return Edges{box[0], std::max(box[1], -top), box[2], std::min(box[3], top)};
}

class BoundsWindows {
 public:
  BoundsWindows(const Grid& grid, std::string crs)
      : grid_(grid), crs_(std::move(crs)), turn_(full_turn(crs_)), grid_turn_(full_turn(grid.crs)) {}

  std::vector<Window> find(const Edges& box) {
    Points there = outline(box);
    const Points before = there;
    const bool same = crs_ == grid_.crs || same_crs(crs_, grid_.crs);
    if (!same) CrsTransform(crs_, grid_.crs).apply(there.x, there.y);
    const Nodes nodes = nodes_of(grid_, crs_);
    if (same || comes_back(there, before, box, crs_, grid_.crs, turn_)) {
      const bool once = !grid_turn_ || unroll(there.x, *grid_turn_) == 0;
      if (once && (same || holds_nodes(nodes, box, edges_around(there)))) {
        add(edges_around(there));
        return windows_;
      }
    }
    // The part of the box near the raster can be transformed.
    const std::optional<Edges> near = extent_in(nodes, crs_, turn_);
    if (!near) return windows_;
    for (const int k : turn_ ? std::vector<int>{0, -1, 1} : std::vector<int>{0}) {
      const double shift = turn_ ? k * *turn_ : 0;
      const Edges part{std::max(box[0] + shift, (*near)[0]), std::max(box[1], (*near)[1]),
                       std::min(box[2] + shift, (*near)[2]), std::min(box[3], (*near)[3])};
      if (part[0] < part[2] && part[1] < part[3]) add_part(part);
    }
    return windows_;
  }

 private:
  /// Whether the raster's points inside the box are within the box's edges in the raster's CRS. For a box
  /// around most of the Earth, a projection may swap inside and outside.
  bool holds_nodes(const Nodes& nodes, const Edges& box, const Edges& world) const {
    const auto within = [](double value, double low, double high, const std::optional<double>& turn) {
      if (turn) value -= *turn * std::floor((value - low) / *turn);
      return value >= low && value <= high;
    };
    const double slack = 1e-5 * std::max(world[2] - world[0], world[3] - world[1]);
    for (std::size_t i = 0; i < nodes.own.x.size(); ++i) {
      const double x = nodes.there.x[i], y = nodes.there.y[i];
      if (!std::isfinite(x) || !std::isfinite(y)) continue;
      if (!within(x, box[0], box[2], turn_) || y < box[1] || y > box[3]) continue;
      if (!within(nodes.own.x[i], world[0] - slack, world[2] + slack, grid_turn_)) return false;
      if (!within(nodes.own.y[i], world[1] - slack, world[3] + slack, std::nullopt)) return false;
    }
    return true;
  }

  void add_part(const Edges& part) {
    Points points = outline(part), known;
    CrsTransform(crs_, grid_.crs).apply(points.x, points.y);
    for (std::size_t i = 0; i < points.x.size(); ++i)
      if (std::isfinite(points.x[i]) && std::isfinite(points.y[i])) known.add(points.x[i], points.y[i]);
    if (known.x.empty()) return;
    const double middle = grid_.to_world(static_cast<double>(grid_.width) / 2, 0)[0];
    const bool gaps = known.x.size() < points.x.size();
    if (grid_turn_ && gaps) {
      for (double& x : known.x) x -= *grid_turn_ * std::round((x - middle) / *grid_turn_);
    } else if (grid_turn_ && unroll(known.x, *grid_turn_) != 0) {  // around a pole: every longitude
      known.add(middle - *grid_turn_ / 2, known.y.front());
      known.add(middle + *grid_turn_ / 2, known.y.front());
      for (const double lat : {part[1], part[3]})
        if (is_geographic(crs_)) known.add(middle, lat);
    }
    add(edges_around(known));
  }

  /// Adds the pixels that a box in the raster's CRS touches, also a full turn further.
  void add(const Edges& world) {
    for (const int k : grid_turn_ ? std::vector<int>{0, -1, 1} : std::vector<int>{0}) {
      const double shift = grid_turn_ ? k * *grid_turn_ : 0;
      Points corners;
      for (const double x : {world[0] + shift, world[2] + shift})
        for (const double y : {world[1], world[3]}) {
          const auto pixel = grid_.to_pixel(x, y);
          corners.add(pixel[0], pixel[1]);
        }
      add_pixels(edges_around(corners));
    }
  }

  void add_pixels(const Edges& pixels) {
    const auto whole = [](double v) { return static_cast<std::int64_t>(std::clamp(v, -1e15, 1e15)); };
    const std::int64_t left = whole(std::floor(pixels[0] + kOnEdge)),
                       top = whole(std::floor(pixels[1] + kOnEdge));
    const Window touched{left, top, whole(std::ceil(pixels[2] - kOnEdge)) - left,
                         whole(std::ceil(pixels[3] - kOnEdge)) - top};
    const Window window = intersect(touched, grid_.extent());
    if (!window.empty() && std::find(windows_.begin(), windows_.end(), window) == windows_.end())
      windows_.push_back(window);
  }

  const Grid& grid_;
  std::string crs_;
  std::optional<double> turn_, grid_turn_;
  std::vector<Window> windows_;
};

}  // namespace

std::string box_text(const Edges& box) {
  return fmt::format("{:.10g} {:.10g} {:.10g} {:.10g}", box[0], box[1], box[2], box[3]);
}

Edges extent_of(const Grid& grid, const Window& window) {
  Points points;
  for (const std::int64_t column : {window.x, window.x + window.width})
    for (const std::int64_t row : {window.y, window.y + window.height}) {
      const auto point = grid.to_world(static_cast<double>(column), static_cast<double>(row));
      points.add(point[0], point[1]);
    }
  return edges_around(points);
}

std::string raster_text(const Grid& grid) {
  return fmt::format("the raster's extent {} ({})", box_text(extent_of(grid, grid.extent())),
                     crs_label(grid.crs));
}

std::vector<Window> bounds_windows(const Grid& grid, const Edges& box, const std::string& bounds_crs) {
  std::string crs = grid.crs;
  if (!bounds_crs.empty()) crs = crs_from_user(bounds_crs, "`bounds_crs`");
  const Edges whole = unrolled_box(box, crs, "`bounds`");
  if (!grid.has_geotransform)
    throw Error(ErrorCode::mismatch, "`bounds`: the raster has no geotransform, so no coordinates",
                "give it a place, e.g. `gdal_edit.py -a_srs EPSG:... -a_ullr ulx uly lrx lry`");
  if (!bounds_crs.empty() && grid.crs.empty())
    throw Error(ErrorCode::mismatch, "`bounds_crs`: the raster has no CRS to go to", "assign one with `crs`");
  std::vector<Window> windows = BoundsWindows(grid, crs).find(whole);
  if (!windows.empty()) return windows;
  throw Error(ErrorCode::mismatch,
              fmt::format("`bounds` {} ({}) and {} have nothing in common", box_text(box), crs_label(crs),
                          raster_text(grid)),
              bounds_crs.empty() ? "give the bounds in the raster's CRS or name theirs with `bounds_crs`"
                                 : "correct the bounds");
}

Window around(const std::vector<Window>& windows) {
  Window all = windows.front();
  for (const Window& one : windows) {
    const std::int64_t x = std::min(all.x, one.x), y = std::min(all.y, one.y);
    all = {x, y, std::max(all.x + all.width, one.x + one.width) - x,
           std::max(all.y + all.height, one.y + one.height) - y};
  }
  return all;
}

}  // namespace terramask::geo
