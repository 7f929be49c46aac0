#include "geo/read/filter.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::geo {
namespace {

constexpr double kNothing = 1e-9;  // smaller overlaps are rounding

}  // namespace

AxisFilter AxisFilter::scaled(std::int64_t begin, std::int64_t end, double scale, std::int64_t size) {
  AxisFilter filter;
  for (std::int64_t k = begin; k < end; ++k) {
    const double low = static_cast<double>(k) * scale;
    const double high = std::min(static_cast<double>(k + 1) * scale, static_cast<double>(size));
    // The last pixel may extend beyond the source: its centre counts as inside.
    const double centre = std::min((static_cast<double>(k) + 0.5) * scale, static_cast<double>(size));
    if (scale > 1) {
      filter.add((low + high) / 2, high - low, size);
    } else {
      filter.add(centre, 1, size);
    }
  }
  return filter;
}

AxisFilter AxisFilter::placed(std::int64_t begin, std::int64_t end, double offset, double scale,
                              std::int64_t size) {
  AxisFilter filter;
  for (std::int64_t k = begin; k < end; ++k)
    filter.add(offset + (static_cast<double>(k) + 0.5) * scale, std::max(scale, 1.0), size);
  return filter;
}

void AxisFilter::add(double centre, double span, std::int64_t size) {
  const std::size_t begin = weights_.size();
  if (!(centre >= 0) || !(centre <= static_cast<double>(size))) {
    taps_.push_back({0, begin, 0});
    totals_.push_back(0);
    return;
  }
  // A box as wide as the pixel; with width 1 it is exactly the bilinear pair around the centre.
  const double low = std::max(centre - span / 2, 0.0);
  const double high = std::min(centre + span / 2, static_cast<double>(size));
  auto i = static_cast<std::int64_t>(std::floor(low));
  std::int64_t first = -1;
  for (; i < size && static_cast<double>(i) < high; ++i) {
    const double overlap = std::min(static_cast<double>(i + 1), high) - std::max(static_cast<double>(i), low);
    if (overlap <= kNothing) continue;
    if (first < 0) first = i;
    weights_.push_back(static_cast<float>(overlap));
  }
  finish(first, begin);
}

void AxisFilter::finish(std::int64_t first, std::size_t begin) {
  const Taps taps{std::max<std::int64_t>(first, 0), begin, weights_.size() - begin};
  float total = 0;
  for (std::size_t k = 0; k < taps.count; ++k) total += weights_[taps.begin + k];
  if (taps.count > 0) {
    const std::int64_t last = taps.first + static_cast<std::int64_t>(taps.count);
    const bool none = source_end_ == source_begin_;
    source_begin_ = none ? taps.first : std::min(source_begin_, taps.first);
    source_end_ = none ? last : std::max(source_end_, last);
  }
  taps_.push_back(taps);
  totals_.push_back(total);
}

void AxisFilter::clear() {
  taps_.clear();
  weights_.clear();
  totals_.clear();
  source_begin_ = source_end_ = 0;
}

}  // namespace terramask::geo
