#include "labels/rendered/legend.hpp"

#include <algorithm>
#include <cstddef>

#include "terramask/error.hpp"

namespace terramask::labels {
namespace {

constexpr std::size_t kMostEntries = 250;
constexpr EntryIndex kNotYet = 255;
constexpr double kChromaWeight = 0.35;
constexpr double kTooLittle = 2;  // levels: colours this near in brightness (or colour) tell no share

Ycc to_ycc(const std::array<double, 3>& d) {
  const double y = 0.299 * d[0] + 0.587 * d[1] + 0.114 * d[2];
  return {y, (d[2] - y) / 1.772, (d[0] - y) / 1.402};
}

Ycc to_ycc(const Rgb& from, const Rgb& to) {
  std::array<double, 3> d{};
  for (std::size_t i = 0; i < 3; ++i) d[i] = static_cast<double>(to[i]) - static_cast<double>(from[i]);
  return to_ycc(d);
}

std::array<double, 3> plus(const Rgb& from, const Ycc& d) {
  const std::array<double, 3> rgb{d.y + 1.402 * d.cr, d.y - 0.344136 * d.cb - 0.714136 * d.cr,
                                  d.y + 1.772 * d.cb};
  std::array<double, 3> sum{};
  for (std::size_t i = 0; i < 3; ++i) sum[i] = std::clamp(from[i] + rgb[i], 0.0, 255.0);
  return sum;
}

}  // namespace

Ycc to_ycc(const Rgb& color) {
  return to_ycc({}, color);
}

LegendMatcher::LegendMatcher(std::span<const LegendEntry> entries)
    : entries_(entries.begin(), entries.end()), known_(std::size_t{1} << 24U, kNotYet) {
  if (entries_.empty() || entries_.size() > kMostEntries)
    throw Error(ErrorCode::usage, "a legend of " + std::to_string(entries_.size()) + " colours",
                "give 1 to 250 of them");
  classes_.push_back(kNoClass);
  for (const LegendEntry& entry : entries_) {
    labs_.push_back(to_lab(entry.color));
    classes_.push_back(entry.map_class);
    if (entry.line && entry.map_class != kNoClass) lines_.push_back(static_cast<EntryIndex>(labs_.size()));
    least_[entry.map_class] = std::max(least_[entry.map_class], entry.least_px);
  }
}

EntryIndex LegendMatcher::match(const Rgb& color) {
  const std::size_t key = (std::size_t{color[0]} << 16U) | (std::size_t{color[1]} << 8U) | color[2];
  EntryIndex& known = known_[key];
  if (known != kNotYet) return known;
  const Lab lab = to_lab(color);
  known = kUnexplained;
  double nearest = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const double away = color_difference(lab, labs_[i]);
    if (away > entries_[i].tolerance || (known != kUnexplained && away >= nearest)) continue;
    nearest = away;
    known = static_cast<EntryIndex>(i + 1);
  }
  return known;
}

double LegendMatcher::difference(const Rgb& color, EntryIndex entry) const {
  return color_difference(to_lab(color), labs_[entry - 1U]);
}

Mixture LegendMatcher::mixture(const Rgb& color, EntryIndex first, EntryIndex second) const {
  const Rgb& from = entries_[first - 1U].color;
  const Ycc step = to_ycc(from, entries_[second - 1U].color), at = to_ycc(from, color);
  const double brightness = step.y * step.y, chroma = step.cb * step.cb + step.cr * step.cr;
  const double along_y = at.y * step.y, along_c = at.cb * step.cb + at.cr * step.cr;
  const double weight = kChromaWeight * kChromaWeight;
  const double all = brightness + weight * chroma;
  Mixture mixture;
  if (all > 0) mixture.share = std::clamp((along_y + weight * along_c) / all, 0.0, 1.0);
  const auto share = [&](double along, double square) {
    return square > kTooLittle * kTooLittle ? std::clamp(along / square, 0.0, 1.0) : mixture.share;
  };
  const double y = share(along_y, brightness), c = share(along_c, chroma);
  mixture.difference =
      color_difference(to_lab(color), to_lab(plus(from, {y * step.y, c * step.cb, c * step.cr})));
  return mixture;
}

}  // namespace terramask::labels
