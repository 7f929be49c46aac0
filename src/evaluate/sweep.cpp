#include "evaluate/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "geo/base/gdal_support.hpp"
#include "geo/files/open.hpp"

namespace terramask::evaluation {
namespace {

constexpr float kTolerance = 1e-3F;  // of what sums of rounded numbers may stray

double as_double(std::uint64_t count) {
  return static_cast<double>(count);
}

}  // namespace

void LevelCounts::add(float probability, bool positive) {
  const double level = std::ceil(std::clamp(static_cast<double>(probability), 0.0, 1.0) * steps);
  ++(positive ? positive_ : negative_)[static_cast<std::size_t>(level)];
}

void LevelCounts::add_missing(bool positive) {
  ++(positive ? missing_positive_ : missing_negative_);
}

ThresholdSweep LevelCounts::sweep(std::size_t positive_class) const {
  ThresholdSweep sweep{.positive = positive_class};
  std::uint64_t positives = missing_positive_, pixels = missing_positive_ + missing_negative_;
  for (std::size_t level = 0; level <= steps; ++level) {
    positives += positive_[level];
    pixels += positive_[level] + negative_[level];
  }
  sweep.positives = positives;
  sweep.pixels = pixels;
  std::uint64_t right = 0, said = 0;
  double recall_before = 0;
  for (std::size_t level = steps + 1; level-- > 0;) {
    right += positive_[level];
    said += positive_[level] + negative_[level];
    SweepPoint point;
    point.precision =
        said > 0 ? as_double(right) / as_double(said) : std::numeric_limits<double>::quiet_NaN();
    point.recall =
        positives > 0 ? as_double(right) / as_double(positives) : std::numeric_limits<double>::quiet_NaN();
    point.f1 = said + positives > 0 ? 2 * as_double(right) / as_double(said + positives) : 0;
    if (said > 0 && positives > 0)
      sweep.average_precision += (point.recall - recall_before) * point.precision;
    recall_before = point.recall;
    if (level == 0) break;  // no threshold lets a probability of 0 pass
    point.threshold = as_double(level - 1) / static_cast<double>(steps);
    sweep.points.push_back(point);
    if (point.threshold == 0.5) sweep.half = point;
    if (point.threshold > 0 && (point.f1 > sweep.best.f1 || sweep.best.threshold == 0 ||
                                (point.f1 == sweep.best.f1 &&
                                 std::abs(point.threshold - 0.5) < std::abs(sweep.best.threshold - 0.5))))
      sweep.best = point;
  }
  if (positives == 0) sweep.average_precision = std::numeric_limits<double>::quiet_NaN();
  return sweep;
}

ProbabilitySource::ProbabilitySource(const std::string& path, const std::vector<ClassInfo>& classes,
                                     std::size_t positive, const Grid& grid, const std::string& grid_name)
    : path_(path), positive_(static_cast<Code>(positive)) {
  const geo::DatasetPtr raster = geo::open_raster(path);
  const auto bands = static_cast<std::size_t>(raster->GetRasterCount());
  int chosen = 0;
  std::string names;
  for (int band = 1; band <= raster->GetRasterCount(); ++band) {
    const std::string name = raster->GetRasterBand(band)->GetDescription();
    names += fmt::format("{}{}", band == 1 ? "" : ", ", name.empty() ? std::to_string(band) : name);
    if (name == classes[positive].name) chosen = band;
  }
  if (chosen == 0 && bands == classes.size()) chosen = static_cast<int>(positive) + 1;
  if (chosen == 0 && bands == 1) chosen = 1;
  if (chosen == 0)
    throw Error(
        ErrorCode::mismatch,
        fmt::format("{}: none of its bands is that of class {}: {}", path, classes[positive].name, names),
        "name what `segment` wrote as `probabilities` with this mask");
  reader_.emplace(path, std::vector<int>{chosen}, grid, grid_name);
}

void ProbabilitySource::add(const CodeBlock& reference, const Window& core, LevelCounts& counts) {
  values_.resize(geo::pixels(core));
  valid_.resize(values_.size());
  reader_->read(core, values_, valid_);
  std::size_t i = 0;
  for (std::int64_t y = core.y; y < core.y + core.height; ++y)
    for (std::int64_t x = core.x; x < core.x + core.width; ++x, ++i) {
      const Code truth = reference.at(x, y);
      if (truth < 0) continue;
      if (valid_[i] == 0) {
        counts.add_missing(truth == positive_);
        continue;
      }
      const float probability = values_[i];
      if (!(probability >= -kTolerance && probability <= 1 + kTolerance))
        throw Error(
            ErrorCode::mismatch,
            fmt::format("{}: holds {:g} at column {}, row {}, which is not a probability", path_, probability,
                        x, y),
            "probabilities lie from 0 to 1; bytes need the band's scale of 1/254, as `segment` sets it");
      counts.add(probability, truth == positive_);
    }
}

}  // namespace terramask::evaluation
