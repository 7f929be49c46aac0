#include "geo/region/region_grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "geo/base/crs.hpp"
#include "geo/base/grid_mapping.hpp"
#include "geo/base/longitudes.hpp"
#include "terramask/error.hpp"

namespace terramask::geo {
namespace {

constexpr double kSnap = 0.05;  // pixels: a raster that ends this close to a pixel's edge ends there
using Edges = std::array<double, 4>;

/// A grid whose pixels are the coordinates of a CRS.
Grid coordinates_of(const std::string& crs) {
  Grid grid;
  grid.width = grid.height = 1;
  grid.has_geotransform = true;
  grid.crs = crs;
  return grid;
}

/// xmin, ymin, xmax, ymax in the CRS of `to`.
Edges box_of(const Grid& source, const Grid& to, bool same) {
  if (!same) {
    const Edges box = GridMapping(source, to).extent();
    // It may be in any turn.
    const double turn = full_turn(to.crs).value_or(0);
    const double turns = turn == 0 ? 0 : turn * std::floor((box[0] + turn / 2) / turn + 1e-9);
    return {box[0] - turns, box[1], box[2] - turns, box[3]};
  }
  Edges box{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity(),
            -std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double column : {0.0, static_cast<double>(source.width)})
    for (const double row : {0.0, static_cast<double>(source.height)}) {
      const auto point = source.to_world(column, row);
      box = {std::min(box[0], point[0]), std::min(box[1], point[1]), std::max(box[2], point[0]),
             std::max(box[3], point[1])};
    }
  return box;
}

/// The side of a square of the same area as the source's pixels, in units of the CRS of `to`, at the source's
/// position; four digits.
double pixel_in(const Grid& source, const Grid& to) {
  const auto span = GridMapping(source, to).span();
  const double side = std::sqrt(span[0] * span[1]);
  if (!(side > 0) || !std::isfinite(side))
    throw Error(
        ErrorCode::mismatch,
        fmt::format("the first source ({}) has no place in {}", crs_label(source.crs), crs_label(to.crs)),
        "give the region another CRS");
  const double unit = std::pow(10, std::floor(std::log10(side)) - 3);
  return std::round(side / unit) * unit;
}

/// Moves sources on both sides of 180 degrees together, some of them by a full turn.
void turn_together(std::vector<Edges>& boxes, const std::string& crs) {
  const auto turn = full_turn(crs);
  if (!turn) return;
  std::vector<std::array<double, 2>> extents;
  for (const Edges& box : boxes) extents.push_back({box[0], box[2]});
  const std::vector<int> turns = turns_together(extents, *turn);
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    // The first source, whose lattice the grid may use, is not moved.
    boxes[i][0] += (turns[i] - turns.front()) * *turn;
    boxes[i][2] += (turns[i] - turns.front()) * *turn;
  }
}

std::int64_t edge(double value, bool up) {
  const double snapped = std::round(value);
  if (std::abs(value - snapped) < kSnap) return static_cast<std::int64_t>(snapped);
  return static_cast<std::int64_t>(up ? std::ceil(value) : std::floor(value));
}

}  // namespace

Grid region_grid(const GridRequest& request, std::span<const Grid> sources) {
  const Grid& first = sources.front();
  const std::string crs = request.crs.empty() ? first.crs : crs_from_user(request.crs, "the region's CRS");
  const Grid world = coordinates_of(crs);
  const bool same_first = same_crs(first.crs, crs);
  const bool one_epoch = std::all_of(sources.begin(), sources.end(), [&first](const Grid& source) {
    return source.epoch == first.epoch && source.crs == first.crs;
  });
  const auto& g = first.geotransform;
  const std::array<double, 2> own{std::hypot(g[1], g[4]), std::hypot(g[2], g[5])};
  std::array<double, 2> pixel = own;
  if (request.pixel_size) {
    if (!(*request.pixel_size > 0) || !std::isfinite(*request.pixel_size))
      throw Error(ErrorCode::usage, fmt::format("a region's pixel size of {}", *request.pixel_size),
                  "give a number above 0");
    pixel = {*request.pixel_size, *request.pixel_size};
  } else if (!same_first) {
    pixel.fill(pixel_in(first, world));
  }

  const bool north_up = g[2] == 0 && g[4] == 0 && g[1] > 0 && g[5] < 0;
  const bool on_lattice = same_first && north_up && std::abs(pixel[0] - own[0]) < 1e-9 * own[0] &&
                          std::abs(pixel[1] - own[1]) < 1e-9 * own[1];
  std::array<double, 2> anchor{0, 0};
  if (on_lattice) {
    anchor = {g[0], g[3]};
    pixel = own;
  }
  if (request.origin) anchor = *request.origin;

  std::map<std::string, bool> same;
  std::vector<Edges> boxes;
  for (const Grid& source : sources) {
    auto known = same.find(source.crs);
    if (known == same.end()) known = same.emplace(source.crs, same_crs(source.crs, crs)).first;
    const Edges box = box_of(source, world, known->second);
    if (std::all_of(box.begin(), box.end(), [](double v) { return std::isfinite(v); })) boxes.push_back(box);
  }
  turn_together(boxes, crs);
  const bool placed = !boxes.empty();
  std::int64_t left = std::numeric_limits<std::int64_t>::max(), top = left;
  std::int64_t right = std::numeric_limits<std::int64_t>::min(), bottom = right;
  for (const Edges& box : boxes) {
    constexpr double far = 1e12;
    const auto column = [&](double x) { return std::clamp((x - anchor[0]) / pixel[0], -far, far); };
    const auto row = [&](double y) { return std::clamp((anchor[1] - y) / pixel[1], -far, far); };
    left = std::min(left, edge(column(box[0]), false));
    right = std::max(right, edge(column(box[2]), true));
    top = std::min(top, edge(row(box[3]), false));
    bottom = std::max(bottom, edge(row(box[1]), true));
  }
  if (placed && (left >= right || top >= bottom))
    throw Error(ErrorCode::mismatch,
                fmt::format("pixels of {:g} x {:g} (in units of {}) do not fit the sources' extent", pixel[0],
                            pixel[1], crs_label(crs)),
                "give the region another pixel size");
  if (!placed)
    throw Error(ErrorCode::mismatch, "no source has a place in " + crs_label(crs),
                "give the region another CRS");
  constexpr std::int64_t largest = std::numeric_limits<int>::max();
  if (right - left > largest || bottom - top > largest)
    throw Error(ErrorCode::unsupported,
                fmt::format("the region would have {} x {} pixels", right - left, bottom - top),
                "take larger pixels, or sources that lie nearer together");
  Grid grid = world;
  if (same_first && one_epoch) grid.epoch = first.epoch;
  grid.width = right - left;
  grid.height = bottom - top;
  grid.geotransform = {anchor[0] + static_cast<double>(left) * pixel[0], pixel[0], 0,
                       anchor[1] - static_cast<double>(top) * pixel[1],  0,        -pixel[1]};
  return grid;
}

}  // namespace terramask::geo
