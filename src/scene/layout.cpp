#include "scene/layout.hpp"

#include <algorithm>
#include <numbers>

#include "scene/noise.hpp"

namespace terramask::scene {
namespace {

constexpr double kColumnSpacing = 128;
constexpr double kRowSpacing = 74;
constexpr double kRiverGap = 100;  // between the two streets along a river
constexpr int kRowsPerRiver = 18;
constexpr double kRiverPeriod = kRiverGap + (kRowsPerRiver - 1) * kRowSpacing;

std::size_t interval(const std::vector<double>& lines, double at) {
  const auto above = std::upper_bound(lines.begin(), lines.end(), at);
  const auto index = std::distance(lines.begin(), above) - 1;
  return static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(index, 0, static_cast<std::ptrdiff_t>(lines.size()) - 2));
}

}  // namespace

Layout::Layout(std::uint64_t seed, double width_m, double height_m)
    : seed_(mix(seed)), middle_{width_m / 2, height_m / 2}, half_(std::min(width_m, height_m) / 2) {
  const double angle = unit(hash(seed_, 1)) * 2 * std::numbers::pi;
  axis_ = {std::cos(angle), std::sin(angle)};
  rest_ = bend({0, 0});
  place_lines(std::hypot(width_m, height_m) / 2 + 330);
  for (std::size_t row = 0; row + 1 < rows_.size(); ++row)
    for (std::size_t column = 0; column + 1 < columns_.size(); ++column) {
      const LandUse use = choose_use({column, row});
      uses_.push_back(use);
      const bool in_town = urban(ground(centre({column, row}))) > 0;
      gardens_.push_back(use == LandUse::residential || (use == LandUse::riverside && in_town));
    }
}

void Layout::place_lines(double reach) {
  const double first_column = (unit(hash(seed_, 2)) - 0.5) * 50;
  for (int i = -static_cast<int>(reach / kColumnSpacing) - 2;
       i <= static_cast<int>(reach / kColumnSpacing) + 2; ++i) {
    columns_.push_back(first_column + i * kColumnSpacing + (unit(hash(seed_, 3, i)) - 0.5) * 26);
    column_kinds_.push_back(i % 6 == 0   ? RoadKind::primary
                            : i % 3 == 0 ? RoadKind::secondary
                                         : RoadKind::residential);
  }
  const double side = unit(hash(seed_, 4)) < 0.5 ? -1 : 1;
  const double first_river = side * std::min(half_, 180.0) * (0.5 + 0.15 * unit(hash(seed_, 5)));
  const int periods = static_cast<int>(reach / kRiverPeriod) + 2;
  for (int period = -periods; period <= periods; ++period) {
    const double river = first_river + period * kRiverPeriod;
    rivers_.push_back(river);
    for (int k = 0; k < kRowsPerRiver; ++k) {
      const double jitter = (unit(hash(seed_, 6, period, k)) - 0.5) * 9;
      rows_.push_back(river + kRiverGap / 2 + k * kRowSpacing + jitter);
      row_kinds_.push_back(k == 1 || k == 9 ? RoadKind::secondary : RoadKind::residential);
      row_rivers_.push_back(k == kRowsPerRiver - 1 ? static_cast<int>(rivers_.size()) : -1);
    }
  }
  row_rivers_.back() = -1;
}

Point Layout::bend(Point frame) const {
  const double u = frame.x, v = frame.y;
  return {72 * noise(seed_ + 11, u / 700, v / 700) + 17 * noise(seed_ + 12, u / 230, v / 230),
          72 * noise(seed_ + 13, u / 700, v / 700) + 17 * noise(seed_ + 14, u / 230, v / 230)};
}

Point Layout::ground(Point frame) const {
  return middle_ + axis_ * frame.x + left_of(axis_) * frame.y + bend(frame) - rest_;
}

Point Layout::frame(Point ground) const {
  // The bend is gentle (its gradient stays below 1), so the fixed point is found quickly.
  Point guess{dot(ground - middle_, axis_), dot(ground - middle_, left_of(axis_))};
  for (int step = 0; step < 12; ++step) {
    const Point straight = ground - middle_ - bend(guess) + rest_;
    guess = {dot(straight, axis_), dot(straight, left_of(axis_))};
  }
  return guess;
}

double Layout::river_v(std::size_t river, double u) const {
  const auto shift = static_cast<double>(river) * 31.7;
  return rivers_[river] + 13 * noise(seed_ + 21, u / 160, shift) + 5 * noise(seed_ + 22, u / 57, shift);
}

double Layout::river_half_width(std::size_t river, double u) const {
  const auto shift = static_cast<double>(river) * 31.7;
  return std::clamp(0.065 * half_, 3.5, 10.0) * (1 + 0.2 * noise(seed_ + 23, u / 60, shift));
}

double Layout::shore_distance(Point frame) const {
  const double index = std::round((frame.y - rivers_.front()) / kRiverPeriod);
  const auto river =
      static_cast<std::size_t>(std::clamp(index, 0.0, static_cast<double>(rivers_.size() - 1)));
  return std::abs(frame.y - river_v(river, frame.x)) - river_half_width(river, frame.x);
}

double Layout::urban(Point ground) const {
  const double radius = std::clamp(0.95 * half_, 60.0, 620.0);
  const double ragged = 0.3 * fbm(seed_ + 31, ground.x / 170, ground.y / 170, 2);
  const double town = 1 - length(ground - middle_) / radius + ragged;
  const double village = 2.2 * (noise(seed_ + 32, ground.x / 900, ground.y / 900) - 0.45) + ragged;
  return std::max(town, village);
}

Block Layout::block(Point frame) const {
  return {interval(columns_, frame.x), interval(rows_, frame.y)};
}

Point Layout::centre(Block block) const {
  return {(columns_[block.column] + columns_[block.column + 1]) / 2,
          (rows_[block.row] + rows_[block.row + 1]) / 2};
}

double Layout::border_distance(Point frame) const {
  const Block own = block(frame);
  double nearest = 1e9;
  const auto side = [&](double distance, bool last, Block other) {
    if (last || use(other) != use(own)) nearest = std::min(nearest, distance);
  };
  side(frame.x - columns_[own.column], own.column == 0, {own.column - 1, own.row});
  side(columns_[own.column + 1] - frame.x, own.column + 2 == columns_.size(), {own.column + 1, own.row});
  side(frame.y - rows_[own.row], own.row == 0, {own.column, own.row - 1});
  side(rows_[own.row + 1] - frame.y, own.row + 2 == rows_.size(), {own.column, own.row + 1});
  return nearest;
}

LandUse Layout::choose_use(Block block) const {
  if (river_of(block.row) >= 0) return LandUse::riverside;
  const Point at = centre(block);
  const double draw = unit(hash(seed_, 41, std::lround(at.x), std::lround(at.y)));
  if (urban(ground(at)) > 0) {
    if (draw < 0.60) return LandUse::residential;
    if (draw < 0.72) return LandUse::apartments;
    if (draw < 0.84) return LandUse::commercial;
    if (draw < 0.93) return LandUse::park;
    return LandUse::forest;
  }
  // In the country neighbours mostly do the same: woods and fields are larger than a block.
  const double lie = noise(seed_ + 42, at.x / 260, at.y / 210) + 0.9 * (draw - 0.5);
  if (lie < -0.32) return LandUse::forest;
  if (lie < -0.08) return LandUse::meadow;
  return lie < 0.22 ? LandUse::crop : LandUse::field;
}

}  // namespace terramask::scene
