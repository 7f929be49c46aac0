#include "labels/rendered/color_model.hpp"

#include <algorithm>
#include <cmath>

namespace terramask::labels {
namespace {

// Steps of brightness and of the two differences: few enough that a small town fills them.
constexpr std::array<std::array<std::size_t, 3>, 3> kSteps{{{64, 1, 1}, {24, 24, 1}, {16, 10, 10}}};
/// Pixels that a colour must have been seen in, about, before it is believed.
constexpr double kDoubt = 12;
/// No single pixel says more than this of its class, nats.
constexpr double kMost = 3;

}  // namespace

ColorBins::ColorBins(std::size_t bands, std::span<const float> planes, std::span<const std::uint8_t> valid)
    : bands_(bands) {
  std::array<std::vector<float>, 3> found;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (valid[i] == 0) continue;
    const auto of = features(planes, valid.size(), i);
    for (std::size_t f = 0; f < bands_; ++f) found[f].push_back(of[f]);
  }
  for (std::size_t f = 0; f < 3; ++f) {
    std::sort(found[f].begin(), found[f].end());
    const std::size_t steps = kSteps[bands_ - 1][f];
    for (std::size_t s = 1; s < steps && !found[f].empty(); ++s)
      edges_[f].push_back(found[f][found[f].size() * s / steps]);
    edges_[f].erase(std::unique(edges_[f].begin(), edges_[f].end()), edges_[f].end());
  }
}

std::array<float, 3> ColorBins::features(std::span<const float> planes, std::size_t pixels,
                                         std::size_t pixel) const {
  const float a = planes[pixel];
  if (bands_ == 1) return {a, 0, 0};
  const float b = planes[pixels + pixel];
  if (bands_ == 2) return {a + b, a - b, 0};
  const float c = planes[2 * pixels + pixel];
  return {a + b + c, a - b, a + b - 2 * c};
}

std::size_t ColorBins::count() const {
  return (edges_[0].size() + 1) * (edges_[1].size() + 1) * (edges_[2].size() + 1);
}

void ColorBins::apply(std::span<const float> planes, std::span<const std::uint8_t> valid,
                      std::span<ColorBin> bins) const {
  for (std::size_t i = 0; i < valid.size(); ++i) {
    bins[i] = kNoColor;
    if (valid[i] == 0) continue;
    const auto of = features(planes, valid.size(), i);
    std::size_t bin = 0;
    for (std::size_t f = 0; f < 3; ++f) {
      const auto step = std::upper_bound(edges_[f].begin(), edges_[f].end(), of[f]) - edges_[f].begin();
      bin = bin * (edges_[f].size() + 1) + static_cast<std::size_t>(step);
    }
    bins[i] = static_cast<ColorBin>(bin);
  }
}

ColorModel::ColorModel(std::size_t classes, std::size_t bins)
    : classes_(classes), bins_(bins), counts_(classes * bins), scores_(classes * bins) {}

void ColorModel::add(const ColorModel& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

void ColorModel::finish() {
  std::vector<double> of_class(classes_), of_bin(bins_);
  double all = 0;
  for (std::size_t c = 0; c < classes_; ++c)
    for (std::size_t b = 0; b < bins_; ++b) {
      const double count = counts_[c * bins_ + b];
      of_class[c] += count;
      of_bin[b] += count;
      all += count;
    }
  information_ = 0;
  for (std::size_t c = 0; c < classes_; ++c)
    for (std::size_t b = 0; b < bins_; ++b) {
      const double count = counts_[c * bins_ + b];
      float& score = scores_[c * bins_ + b];
      score = 0;
      if (of_class[c] == 0) continue;
      // As if each colour had been seen kDoubt times before, in classes as they are everywhere.
      const double share = of_class[c] / all;
      const double lift = (count + kDoubt * share) / (of_bin[b] + kDoubt) / share;
      score = static_cast<float>(std::clamp(std::log(lift), -kMost, kMost));
      if (count > 0) information_ += count / all * std::log(count * all / (of_class[c] * of_bin[b]));
    }
}

}  // namespace terramask::labels
