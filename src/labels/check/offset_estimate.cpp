#include "labels/check/offset_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace terramask::labels {
namespace {

constexpr int kHill = 2;  ///< pixels around a peak that belong to it
constexpr int kNear = 3;  ///< pixels around the best offset that are no other one

/// The vertex of the parabola through three values around the largest, −½ to ½.
double vertex(double before, double here, double after) {
  const double bend = before - 2 * here + after;
  if (!(bend < 0)) return 0;
  return std::clamp(0.5 * (before - after) / bend, -0.5, 0.5);
}

/// The maximum near `at` of the paraboloid fitted to the 3 × 3 values there; axis by axis where it has none.
std::array<double, 2> refine(const OffsetSurface& surface, const std::vector<double>& sums, std::size_t at) {
  const auto offset = surface.offset(at);
  const auto dx = offset[0], dy = offset[1];
  if (std::abs(dx) == surface.reach() || std::abs(dy) == surface.reach())
    return {static_cast<double>(dx), static_cast<double>(dy)};
  const auto value = [&](int x, int y) { return sums[surface.at(dx + x, dy + y)]; };
  double gx = 0, gy = 0, hxx = 0, hyy = 0;
  for (int i = -1; i <= 1; ++i) {
    gx += (value(1, i) - value(-1, i)) / 6;
    gy += (value(i, 1) - value(i, -1)) / 6;
    hxx += (value(1, i) - 2 * value(0, i) + value(-1, i)) / 3;
    hyy += (value(i, 1) - 2 * value(i, 0) + value(i, -1)) / 3;
  }
  const double hxy = (value(1, 1) - value(-1, 1) - value(1, -1) + value(-1, -1)) / 4;
  const double determinant = hxx * hyy - hxy * hxy;
  if (hxx < 0 && determinant > 1e-3 * hxx * hyy) {
    const double x = (hxy * gy - hyy * gx) / determinant, y = (hxy * gx - hxx * gy) / determinant;
    if (std::abs(x) <= 1 && std::abs(y) <= 1) return {dx + x, dy + y};
  }
  return {dx + vertex(value(-1, 0), value(0, 0), value(1, 0)),
          dy + vertex(value(0, -1), value(0, 0), value(0, 1))};
}

/// The largest of the values within `radius` of a place.
std::size_t top_of_hill(const OffsetSurface& surface, const std::vector<double>& sums, std::size_t around,
                        int radius) {
  const auto [cx, cy] = surface.offset(around);
  const int reach = surface.reach();
  std::size_t best = around;
  for (int y = std::max(cy - radius, -reach); y <= std::min(cy + radius, reach); ++y)
    for (int x = std::max(cx - radius, -reach); x <= std::min(cx + radius, reach); ++x)
      if (const std::size_t at = surface.at(x, y); sums[at] > sums[best]) best = at;
  return best;
}

/// Minus twice the logarithm of the likelihood of each offset: Student's t², of its lag behind `best`.
std::vector<double> squared_t(const OffsetSurface& surface, const std::vector<double>& sums,
                              std::size_t best) {
  const auto [bx, by] = surface.offset(best);
  const int reach = surface.reach();
  // Where the best offset is right, another one is wrong by the difference of the two.
  std::vector<std::size_t> wrong_by(sums.size());
  for (std::size_t d = 0; d < sums.size(); ++d) {
    const auto [x, y] = surface.offset(d);
    wrong_by[d] = surface.at(std::clamp(x - bx, -reach, reach), std::clamp(y - by, -reach, reach));
  }
  std::vector<double> changes(sums.size()), squares(sums.size()), t(sums.size());
  for (std::size_t i = 0; i < surface.parts(); ++i)
    for (std::size_t d = 0; d < sums.size(); ++d)
      changes[d] += static_cast<double>(surface.changes(i)[wrong_by[d]]);
  for (std::size_t i = 0; i < surface.parts(); ++i) {
    const auto part = surface.part(i), own = surface.changes(i);
    for (std::size_t d = 0; d < sums.size(); ++d) {
      const double share = changes[d] > 0 ? static_cast<double>(own[wrong_by[d]]) / changes[d] : 0;
      const double lag = static_cast<double>(part[best]) - static_cast<double>(part[d]);
      squares[d] += std::pow(lag - share * (sums[best] - sums[d]), 2);
    }
  }
  const auto parts = static_cast<double>(surface.parts());
  for (std::size_t d = 0; d < sums.size(); ++d) {
    const double lag = sums[best] - sums[d], variance = squares[d] * parts / (parts - 1);
    t[d] = variance > 0 ? lag * lag / variance : 0;
  }
  return t;
}

/// −log of the prior, up to a constant.
double penalty(const OffsetPrior& prior, std::array<int, 2> offset) {
  const double x = (offset[0] - prior.dx) / prior.sigma, y = (offset[1] - prior.dy) / prior.sigma;
  return (x * x + y * y) / 2;
}

void add_likely(const OffsetSurface& surface, const std::vector<double>& t, const OffsetPrior& prior,
                std::size_t peak, OffsetEstimate& estimate) {
  const auto [px, py] = surface.offset(peak);
  const double least = t[peak] / 2 + penalty(prior, {px, py});
  double all = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t d = 0; d < t.size(); ++d) {
    const auto [x, y] = surface.offset(d);
    const double weight = std::exp(least - t[d] / 2 - penalty(prior, {x, y}));
    const double dx = x - px, dy = y - py;
    all += weight;
    xx += weight * dx * dx;
    xy += weight * dx * dy;
    yy += weight * dy * dy;
  }
  estimate.xx += xx / all;
  estimate.xy += xy / all;
  estimate.yy += yy / all;
}

void add_jackknife(const OffsetSurface& surface, const std::vector<double>& sums, std::size_t peak,
                   OffsetEstimate& estimate) {
  std::vector<double> less(sums.size());
  const auto parts = static_cast<double>(surface.parts());
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (std::size_t i = 0; i < surface.parts(); ++i) {
    const auto part = surface.part(i);
    for (std::size_t d = 0; d < sums.size(); ++d) less[d] = sums[d] - static_cast<double>(part[d]);
    const auto at = refine(surface, less, top_of_hill(surface, less, peak, kHill));
    const double dx = at[0] - estimate.dx, dy = at[1] - estimate.dy;
    x += dx / parts;
    y += dy / parts;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const double scale = (parts - 1) / parts;
  estimate.xx += scale * (xx - parts * x * x);
  estimate.xy += scale * (xy - parts * x * y);
  estimate.yy += scale * (yy - parts * y * y);
}

double contrast_of(const OffsetSurface& surface, const std::vector<double>& sums, std::size_t peak) {
  double mean = 0, second = -std::numeric_limits<double>::infinity();
  for (const double sum : sums) mean += sum / static_cast<double>(sums.size());
  const auto [px, py] = surface.offset(peak);
  for (std::size_t d = 0; d < sums.size(); ++d) {
    const auto [x, y] = surface.offset(d);
    if (std::max(std::abs(x - px), std::abs(y - py)) > kNear) second = std::max(second, sums[d]);
  }
  const double above = sums[peak] - mean;
  return above > 0 ? std::clamp((sums[peak] - second) / above, 0.0, 1.0) : 0;
}

}  // namespace

double OffsetEstimate::sigma_x() const {
  return std::sqrt(xx);
}
double OffsetEstimate::sigma_y() const {
  return std::sqrt(yy);
}
bool OffsetEstimate::confident_x() const {
  return known && chance_within_half(sigma_x()) >= kConfident;
}
bool OffsetEstimate::confident_y() const {
  return known && chance_within_half(sigma_y()) >= kConfident;
}

std::array<double, 2> OffsetEstimate::principal() const {
  const double middle = (xx + yy) / 2, half = std::hypot((xx - yy) / 2, xy);
  return {std::sqrt(middle + half), std::sqrt(std::max(0.0, middle - half))};
}

double OffsetEstimate::loose_direction() const {
  return 0.5 * std::atan2(2 * xy, xx - yy) * 180 / std::numbers::pi;
}

double chance_within_half(double sigma) {
  return sigma > 0 ? std::erf(0.5 / (sigma * std::numbers::sqrt2)) : 1;
}

std::array<double, 2> best_offset(const OffsetSurface& like, const std::vector<double>& sums) {
  return refine(like, sums,
                static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin()));
}

OffsetEstimate estimate_offset(const OffsetSurface& surface, const OffsetPrior& prior) {
  OffsetEstimate estimate{.dx = prior.dx, .dy = prior.dy};
  estimate.xx = estimate.yy = prior.sigma * prior.sigma;
  const std::vector<double> sums = surface.total();
  const auto [lowest, highest] = std::minmax_element(sums.begin(), sums.end());
  const auto varies = [&surface] {
    for (std::size_t i = 0; i < surface.parts(); ++i)
      if (std::ranges::any_of(surface.changes(i), [](float labels) { return labels > 0; })) return true;
    return false;
  };
  if (!(*highest > *lowest) || !varies()) return estimate;
  const std::vector<double> t = squared_t(surface, sums, static_cast<std::size_t>(highest - sums.begin()));
  std::size_t likeliest = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t d = 0; d < sums.size(); ++d)
    if (const double cost = t[d] / 2 + penalty(prior, surface.offset(d)); cost < least) {
      least = cost;
      likeliest = d;
    }
  const std::size_t peak = top_of_hill(surface, sums, likeliest, kHill);
  const auto at = refine(surface, sums, peak);
  estimate = {.dx = at[0], .dy = at[1], .contrast = contrast_of(surface, sums, peak), .known = true};
  add_likely(surface, t, prior, peak, estimate);
  add_jackknife(surface, sums, peak, estimate);
  return estimate;
}

}  // namespace terramask::labels
