#include "labels/check/offset_field.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::labels {
namespace {

constexpr std::int64_t kRadius = 3;   // blocks that are heard
constexpr double kFloor = 0.1 * 0.1;  // no block is surer than that, pixels²
constexpr double kVariation = 1;      // of offsets, pixels² a block²
constexpr double kCommonShare =
    1.0 / 16;  // of the prior's information, so that any neighbour counts for more

/// A symmetric 2 × 2 system that is added up.
struct Normal {
  double xx = 0, xy = 0, yy = 0, x = 0, y = 0;

  void add(double ixx, double ixy, double iyy, double dx, double dy) {
    xx += ixx;
    xy += ixy;
    yy += iyy;
    x += ixx * dx + ixy * dy;
    y += ixy * dx + iyy * dy;
  }
  std::array<double, 2> solve() const {
    const double determinant = xx * yy - xy * xy;
    return {(yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant};
  }
};

}  // namespace

OffsetField::OffsetField(std::int64_t columns, std::int64_t rows, std::int64_t side,
                         const std::vector<OffsetEstimate>& blocks, const OffsetPrior& common)
    : columns_(columns), rows_(rows), side_(static_cast<double>(side)) {
  const double vague = kCommonShare / (common.sigma * common.sigma);
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column) {
      Normal sum;
      sum.add(vague, 0, vague, common.dx, common.dy);
      for (std::int64_t r = std::max<std::int64_t>(0, row - kRadius); r <= std::min(rows - 1, row + kRadius);
           ++r)
        for (std::int64_t c = std::max<std::int64_t>(0, column - kRadius);
             c <= std::min(columns - 1, column + kRadius); ++c) {
          const OffsetEstimate& one = blocks[static_cast<std::size_t>(r * columns + c)];
          if (!one.known) continue;
          const double apart = kVariation * (std::pow(static_cast<double>(r - row), 2) +
                                             std::pow(static_cast<double>(c - column), 2));
          const double xx = one.xx + kFloor + apart, yy = one.yy + kFloor + apart;
          const double weight = 1 / (xx * yy - one.xy * one.xy);
          sum.add(weight * yy, -weight * one.xy, weight * xx, one.dx, one.dy);
        }
      nodes_.push_back(sum.solve());
    }
}

std::array<double, 2> OffsetField::at(std::int64_t x, std::int64_t y) const {
  const auto place = [this](std::int64_t pixel, std::int64_t count) {
    const double at = (static_cast<double>(pixel) + 0.5) / side_ - 0.5;
    return std::clamp(at, 0.0, static_cast<double>(count - 1));
  };
  const double column = place(x, columns_), row = place(y, rows_);
  const auto c0 = static_cast<std::int64_t>(column), r0 = static_cast<std::int64_t>(row);
  const std::int64_t c1 = std::min(c0 + 1, columns_ - 1), r1 = std::min(r0 + 1, rows_ - 1);
  const double u = column - static_cast<double>(c0), v = row - static_cast<double>(r0);
  std::array<double, 2> offset{};
  const auto node = [this](std::int64_t c, std::int64_t r) {
    return nodes_[static_cast<std::size_t>(r * columns_ + c)];
  };
  for (std::size_t i = 0; i < 2; ++i)
    offset[i] = (1 - v) * ((1 - u) * node(c0, r0)[i] + u * node(c1, r0)[i]) +
                v * ((1 - u) * node(c0, r1)[i] + u * node(c1, r1)[i]);
  return offset;
}

}  // namespace terramask::labels
