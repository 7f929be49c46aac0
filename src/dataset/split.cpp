#include "dataset/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "dataset/random.hpp"
#include "geo/crs.hpp"
#include "geo/grid_mapping.hpp"
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

/// Places given in pixels, in degrees on WGS 84.
void to_degrees(const Grid& grid, const geo::CrsTransform& transform, std::span<double> x,
                std::span<double> y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto place = grid.to_world(x[i], y[i]);
    x[i] = place[0];
    y[i] = place[1];
  }
  transform.apply(x, y);
}

using Corners = std::array<std::array<double, 2>, 4>;

Corners corners_of(const Grid& grid) {
  const auto w = static_cast<double>(grid.width);
  const auto h = static_cast<double>(grid.height);
  std::array<double, 4> x{0, w, w, 0};
  std::array<double, 4> y{0, 0, h, h};
  to_degrees(grid, geo::CrsTransform(grid.crs, degrees_crs()), x, y);
  Corners corners{};
  for (std::size_t i = 0; i < 4; ++i) corners[i] = {x[i], y[i]};
  return corners;
}

/// By separating axes: two convex outlines are apart where their shadows on some edge's normal are. Outlines
/// that share an edge, to a millionth of their size, do not overlap.
bool overlap(const Corners& a, const Corners& b) {
  for (const Corners* outline : {&a, &b}) {
    for (std::size_t i = 0; i < 4; ++i) {
      const auto& p = (*outline)[i];
      const auto& q = (*outline)[(i + 1) % 4];
      const std::array<double, 2> normal{q[1] - p[1], p[0] - q[0]};
      const auto shadow = [&](const Corners& of) {
        std::array<double, 2> range{INFINITY, -INFINITY};
        for (const auto& point : of) {
          const double at =
              round_the_globe(point[0] - a[0][0]) * normal[0] + (point[1] - a[0][1]) * normal[1];
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
    const bool by_blocks = keys_.method == "blocks" && placed(image.grid);
    if (by_blocks && image.part)
      throw Error(ErrorCode::usage,
                  fmt::format("image \"{}\" is fixed to {}, but the split is by blocks of ground", image.id,
                              to_string(*image.part)),
                  "drop its `part`, or set split.method to \"file\"");
    if (by_blocks) {
      whole_.emplace_back();
      continue;
    }
    const std::string& name = image.group.empty() ? image.id : image.group;
    const Part part = image.part.value_or(draw(dataset::key(keys_.seed, dataset::hash(name))));
    const auto [known, added] = of_group.try_emplace(name, part, image.id);
    if (!image.group.empty() && !added && known->second.first != part)
      throw Error(
          ErrorCode::usage,
          fmt::format("images \"{}\" and \"{}\" are of one group, \"{}\", but one is for {}, the other "
                      "for {}",
                      known->second.second, image.id, image.group, to_string(known->second.first),
                      to_string(part)),
          "name the same `part` for all of a group, or give them different groups");
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
      if (*whole_[i] == *whole_[j] || !overlap(first, second)) continue;
      throw Error(
          ErrorCode::mismatch,
          fmt::format("images \"{}\" ({}) and \"{}\" ({}) overlap, but one is for {}, the other for {}",
                      images_[i].id, images_[i].name, images_[j].id, images_[j].name, to_string(*whole_[i]),
                      to_string(*whole_[j])),
          "split by blocks (split.method), or give them one `group`");
    }
}

Part Split::draw(std::uint64_t bits) const {
  const double at = dataset::unit(bits);
  if (at < keys_.fractions[0]) return Part::training;
  // The last part that has a share takes what rounding leaves.
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
    Grid degrees;
    degrees.crs = degrees_crs();
    degrees.has_geotransform = true;
    mapping = std::make_unique<geo::GridMapping>(grid, degrees);
    measure(all.image(i).reach);
  }

  /// Half the size of the box around a pixel's footprint in degrees: the largest of the image.
  void measure(const std::array<double, 2>& reach) {
    constexpr int steps = 4;
    const geo::CrsTransform transform(grid.crs, degrees_crs());
    for (int j = 0; j <= steps; ++j)
      for (int i = 0; i <= steps; ++i) {
        const double column = static_cast<double>(grid.width) * i / steps;
        const double row = static_cast<double>(grid.height) * j / steps;
        const double dx = reach[0] + kSlack, dy = reach[1] + kSlack;
        std::array<double, 5> x{column, column - dx, column + dx, column + dx, column - dx};
        std::array<double, 5> y{row, row - dy, row - dy, row + dy, row + dy};
        to_degrees(grid, transform, x, y);
        for (std::size_t k = 1; k < 5; ++k) {
          half_width = std::fmax(half_width, kRounding * std::abs(round_the_globe(x[k] - x[0])));
          half_height = std::fmax(half_height, kRounding * std::abs(y[k] - y[0]));
        }
      }
  }

  std::uint8_t part_of_place(double x, double y) {
    const double west = x - half_width, east = x + half_width;
    const double south = y - half_height, north = y + half_height;
    if (west >= inside[0] && south >= inside[1] && east < inside[2] && north < inside[3]) return last_part;
    const auto block = split.block_at(west, south);
    const std::uint8_t part = part_of(block);
    const std::array<std::array<double, 2>, 3> others{{{east, south}, {west, north}, {east, north}}};
    for (const auto& [longitude, latitude] : others) {
      const auto other = split.block_at(longitude, latitude);
      if (other != block && part_of(other) != part) return 0;
    }
    return part;
  }

  std::uint8_t part_of(const Split::Block& block) {
    if (block != last) {
      last = block;
      inside = split.bounds(block);
      last_part =
          static_cast<std::uint8_t>(1 + static_cast<int>(split.part_of_block(block.row, block.column)));
    }
    return last_part;
  }

  const Split& split;
  Grid grid;
  std::optional<Part> whole;
  std::unique_ptr<geo::GridMapping> mapping;
  double half_width = 0, half_height = 0;
  Split::Block last{-1, -1};
  std::array<double, 4> inside{0, 0, 0, 0};  ///< the last block's bounds
  std::uint8_t last_part = 0;
  std::vector<double> longitudes, latitudes;
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
  s.longitudes.resize(parts.size());
  s.latitudes.resize(parts.size());
  s.mapping->positions(window, s.longitudes, s.latitudes);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool known = std::isfinite(s.longitudes[i]) && std::isfinite(s.latitudes[i]);
    parts[i] = known ? s.part_of_place(s.longitudes[i], s.latitudes[i]) : std::uint8_t{0};
  }
}

std::optional<Part> PartMap::part_at(std::int64_t x, std::int64_t y) {
  std::array<std::uint8_t, 1> part{};
  read({x, y, 1, 1}, part);
  if (part[0] == 0) return std::nullopt;
  return static_cast<Part>(part[0] - 1);
}

}  // namespace terramask
