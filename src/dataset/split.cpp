#include "dataset/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "dataset/random.hpp"
#include "geo/base/crs.hpp"
#include "geo/base/grid_mapping.hpp"
#include "terramask/error.hpp"

namespace terramask {
namespace {

constexpr double kMetresPerDegree = 111320;
constexpr double kSlack = 0.5;  // pixels
constexpr double kRounding = 1.01;

bool placed(const Grid& grid) {
  return grid.has_geotransform && !grid.crs.empty();
}

std::string degrees_crs() {
  static const std::string wkt = geo::crs_from_user("EPSG:4326", "ground CRS");
  return wkt;
}

double round_the_globe(double degrees) {
  return degrees - 360 * std::round(degrees / 360);
}

}  // namespace

namespace dataset {

/// Maps an image's pixels to the ground divided into blocks: degrees on WGS 84 or, for a local CRS, metres in
/// its plane.
class Ground {
 public:
  explicit Ground(const Grid& grid) : grid_(grid), unit_(geo::local_unit(grid.crs)) {
    if (!unit_) transform_.emplace(grid.crs, degrees_crs());
  }

  bool plane() const { return unit_.has_value(); }

  void place(std::span<double> x, std::span<double> y) const {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto place = grid_.to_world(x[i], y[i]);
      x[i] = place[0] * unit_.value_or(1);
      y[i] = place[1] * unit_.value_or(1);
    }
    if (transform_) transform_->apply(x, y);
  }

  double between(double from, double to) const { return unit_ ? to - from : round_the_globe(to - from); }

 private:
  const Grid& grid_;
  std::optional<double> unit_;
  std::optional<geo::CrsTransform> transform_;
};

}  // namespace dataset

namespace {

using Corners = std::array<std::array<double, 2>, 4>;

Corners corners_of(const Grid& grid) {
  const auto w = static_cast<double>(grid.width);
  const auto h = static_cast<double>(grid.height);
  std::array<double, 4> x{0, w, w, 0};
  std::array<double, 4> y{0, 0, h, h};
  dataset::Ground(grid).place(x, y);
  Corners corners{};
  for (std::size_t i = 0; i < 4; ++i) corners[i] = {x[i], y[i]};
  return corners;
}

/// Separating axis test: two convex outlines are disjoint if their projections on the normal of some edge
/// are. Outlines that share an edge, to a millionth of their size, do not overlap.
bool overlap(const Corners& a, const Corners& b, bool plane) {
  for (const Corners* outline : {&a, &b}) {
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& p = (*outline)[i];
      const auto& q = (*outline)[(i + 1) % 4];
      const std::array<double, 2> normal{q[1] - p[1], p[0] - q[0]};
      const auto shadow = [&](const Corners& of) {
        std::array<double, 2> range{INFINITY, -INFINITY};
        for (const auto& point : of) {
          const double across = point[0] - a[0][0];
          const double at =
              (plane ? across : round_the_globe(across)) * normal[0] + (point[1] - a[0][1]) * normal[1];
          range = {std::min(range[0], at), std::max(range[1], at)};
        }
        return range;
      };
      const auto first = shadow(a), second = shadow(b);
      const double close = 1e-6 * std::max(first[1] - first[0], second[1] - second[0]);
      if (first[1] <= second[0] + close || second[1] <= first[0] + close) return false;
    }
  }
  return true;
}

}  // namespace

Split::Split(const SplitKeys& keys, std::vector<SplitImage> images)
    : keys_(keys), images_(std::move(images)) {
  std::map<std::string, std::pair<Part, std::string>> of_group;
  for (const SplitImage& image : images_) {
    const bool by_blocks = keys_.method == SplitMethod::blocks && placed(image.grid);
    if (by_blocks && image.part)
      throw Error(ErrorCode::usage,
                  fmt::format("image \"{}\" is fixed to {}, but the split is by blocks of ground", image.id,
                              to_string(*image.part)),
                  "drop its \"part\", or set split.method to \"file\"");
    if (by_blocks) {
      whole_.emplace_back();
      continue;
    }
    const std::string& name = image.group.empty() ? image.id : image.group;
    const Part part = image.part.value_or(draw(dataset::key(keys_.seed, hash_text(name))));
    const auto [known, added] = of_group.try_emplace(name, part, image.id);
    if (!image.group.empty() && !added && known->second.first != part)
      throw Error(
          ErrorCode::usage,
          fmt::format("images \"{}\" and \"{}\" are of one group, \"{}\", but one is for {}, the other "
                      "for {}",
                      known->second.second, image.id, image.group, to_string(known->second.first),
                      to_string(part)),
          "name the same \"part\" for all of a group, or give them different groups");
    whole_.emplace_back(part);
  }
  check_overlaps();
}

void Split::check_overlaps() const {
  std::vector<std::pair<std::size_t, Corners>> outlines;
  for (std::size_t i = 0; i < images_.size(); ++i)
    if (whole_[i] && placed(images_[i].grid)) outlines.emplace_back(i, corners_of(images_[i].grid));
  for (std::size_t a = 0; a < outlines.size(); ++a)
    for (std::size_t b = a + 1; b < outlines.size(); ++b) {
      const auto& [i, first] = outlines[a];
      const auto& [j, second] = outlines[b];
      if (*whole_[i] == *whole_[j]) continue;
      const std::string &crs = images_[i].grid.crs, &other = images_[j].grid.crs;
      const bool plane = geo::local_unit(crs).has_value();
      // The relative position of two planes is unknown.
      if ((plane || geo::local_unit(other)) && !geo::same_crs(crs, other)) continue;
      if (!overlap(first, second, plane)) continue;
      throw Error(
          ErrorCode::mismatch,
          fmt::format("images \"{}\" ({}) and \"{}\" ({}) overlap, but one is for {}, the other for {}",
                      images_[i].id, images_[i].name, images_[j].id, images_[j].name, to_string(*whole_[i]),
                      to_string(*whole_[j])),
          "split by blocks (split.method), or give them one \"group\"");
    }
}

Part Split::draw(std::uint64_t bits) const {
  const double at = unit(bits);
  if (at < keys_.fractions[0]) return Part::training;
  // The last part with a non-zero fraction gets the rounding remainder.
  if (at < keys_.fractions[0] + keys_.fractions[1] || keys_.fractions[2] == 0)
    return keys_.fractions[1] == 0 ? Part::training : Part::validation;
  return Part::test;
}

Part Split::part_of_block(std::int64_t row, std::int64_t column) const {
  return draw(dataset::key(keys_.seed, row, column));
}

double Split::columns_of_row(double row) const {
  const double height = keys_.block_m / kMetresPerDegree;
  const double middle = (row + 0.5) * height - 90;
  return std::max(1.0, std::round(360 / height * std::cos(middle * std::numbers::pi / 180)));
}

Split::Block Split::block_at(double longitude, double latitude) const {
  const double row = std::floor((latitude + 90) * kMetresPerDegree / keys_.block_m);
  const double turn = (longitude + 180) / 360;
  const double column = std::floor((turn - std::floor(turn)) * columns_of_row(row));
  return {static_cast<std::int64_t>(row), static_cast<std::int64_t>(column)};
}

Split::Block Split::block_in_plane(double x, double y) const {
  return {static_cast<std::int64_t>(std::floor(y / keys_.block_m)),
          static_cast<std::int64_t>(std::floor(x / keys_.block_m))};
}

std::array<double, 4> Split::bounds_in_plane(const Block& block) const {
  const auto row = static_cast<double>(block.row), column = static_cast<double>(block.column);
  return {column * keys_.block_m, row * keys_.block_m, (column + 1) * keys_.block_m,
          (row + 1) * keys_.block_m};
}

std::array<double, 4> Split::bounds(const Block& block) const {
  const auto row = static_cast<double>(block.row);
  const auto column = static_cast<double>(block.column);
  const double height = keys_.block_m / kMetresPerDegree;
  const double width = 360 / columns_of_row(row);
  return {column * width - 180, row * height - 90, (column + 1) * width - 180, (row + 1) * height - 90};
}

struct PartMap::State {
  State(const Split& all, std::size_t i) : split(all), grid(all.image(i).grid), whole(all.part_of(i)) {
    if (whole) return;
    ground.emplace(grid);
    if (!ground->plane()) map_to_degrees();
    measure(all.image(i).reach);
  }

  void map_to_degrees() {
    Grid degrees;
    degrees.crs = degrees_crs();
    degrees.has_geotransform = true;
    mapping = std::make_unique<geo::GridMapping>(grid, degrees);
  }

  /// Half the size of the bounding box of a pixel's footprint on the ground: the maximum over the image.
  void measure(const std::array<double, 2>& reach) {
    constexpr int steps = 4;
    for (int j = 0; j <= steps; ++j)
      for (int i = 0; i <= steps; ++i) {
        const double column = static_cast<double>(grid.width) * i / steps;
        const double row = static_cast<double>(grid.height) * j / steps;
        const double dx = reach[0] + kSlack, dy = reach[1] + kSlack;
        std::array<double, 5> x{column, column - dx, column + dx, column + dx, column - dx};
        std::array<double, 5> y{row, row - dy, row - dy, row + dy, row + dy};
        ground->place(x, y);
        for (std::size_t k = 1; k < 5; ++k) {
          half_width = std::fmax(half_width, kRounding * std::abs(ground->between(x[0], x[k])));
          half_height = std::fmax(half_height, kRounding * std::abs(y[k] - y[0]));
        }
      }
  }

  std::uint8_t part_of_place(double x, double y) {
    const double west = x - half_width, east = x + half_width;
    const double south = y - half_height, north = y + half_height;
    if (west >= inside[0] && south >= inside[1] && east < inside[2] && north < inside[3]) return last_part;
    const auto block = block_at(west, south);
    const std::uint8_t part = part_of(block);
    const std::array<std::array<double, 2>, 3> others{{{east, south}, {west, north}, {east, north}}};
    for (const auto& [other_x, other_y] : others) {
      const auto other = block_at(other_x, other_y);
      if (other != block && part_of(other) != part) return 0;
    }
    return part;
  }

  Split::Block block_at(double x, double y) const {
    return ground->plane() ? split.block_in_plane(x, y) : split.block_at(x, y);
  }

  /// Computes the positions of a window's pixels.
  void place(const Window& window) {
    if (mapping) {
      mapping->positions(window, xs, ys);
      return;
    }
    std::size_t i = 0;
    for (std::int64_t row = window.y; row < window.y + window.height; ++row)
      for (std::int64_t column = window.x; column < window.x + window.width; ++column, ++i) {
        xs[i] = static_cast<double>(column) + 0.5;
        ys[i] = static_cast<double>(row) + 0.5;
      }
    ground->place(xs, ys);
  }

  std::uint8_t part_of(const Split::Block& block) {
    if (block != last) {
      last = block;
      inside = ground->plane() ? split.bounds_in_plane(block) : split.bounds(block);
      last_part =
          static_cast<std::uint8_t>(1 + static_cast<int>(split.part_of_block(block.row, block.column)));
    }
    return last_part;
  }

  const Split& split;
  Grid grid;
  std::optional<Part> whole;
  std::optional<dataset::Ground> ground;
  std::unique_ptr<geo::GridMapping> mapping;  ///< null for a plane
  double half_width = 0, half_height = 0;
  Split::Block last{-1, -1};
  std::array<double, 4> inside{0, 0, 0, 0};  ///< the last block's bounds
  std::uint8_t last_part = 0;
  std::vector<double> xs, ys;
};

PartMap::PartMap(const Split& split, std::size_t image) : state_(std::make_unique<State>(split, image)) {}
PartMap::~PartMap() = default;
PartMap::PartMap(PartMap&&) noexcept = default;

void PartMap::read(const Window& window, std::span<std::uint8_t> parts) {
  State& s = *state_;
  if (s.whole) {
    std::fill(parts.begin(), parts.end(), static_cast<std::uint8_t>(1 + static_cast<int>(*s.whole)));
    return;
  }
  s.xs.resize(parts.size());
  s.ys.resize(parts.size());
  s.place(window);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool known = std::isfinite(s.xs[i]) && std::isfinite(s.ys[i]);
    parts[i] = known ? s.part_of_place(s.xs[i], s.ys[i]) : std::uint8_t{0};
  }
}

std::optional<Part> PartMap::part_at(std::int64_t x, std::int64_t y) {
  std::array<std::uint8_t, 1> part{};
  read({x, y, 1, 1}, part);
  if (part[0] == 0) return std::nullopt;
  return static_cast<Part>(part[0] - 1);
}

}  // namespace terramask
