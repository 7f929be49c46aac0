#include "terramask/sampled_accuracy.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace terramask {
namespace {

constexpr double kNormal95 = 1.96;  // as the paper has it

/// p(1 − p)/(n − 1); NaN for a single point, which tells no variance.
double variance(double p, double n) {
  return n > 1 ? p * (1 - p) / (n - 1) : std::numeric_limits<double>::quiet_NaN();
}

Estimate with_interval(double value, double variance_of_it) {
  return {value, kNormal95 * std::sqrt(variance_of_it)};
}

}  // namespace

SampledAccuracy sampled_accuracy(const ConfusionMatrix& matrix, const std::vector<double>& areas,
                                 const std::vector<std::string>& names) {
  const std::size_t count = matrix.classes();
  SampledAccuracy result{.matrix = matrix, .classes = std::vector<SampledClass>(count)};
  std::vector<double> points(count), area(count);
  double total = 0, mapped = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t r = 0; r < count; ++r) points[i] += static_cast<double>(matrix.at(r, i));
    area[i] = points[i] > 0 ? areas[i] : 0;
    total += area[i];
    mapped += areas[i];
    SampledClass& one = result.classes[i];
    one.points = static_cast<std::uint64_t>(points[i]);
    one.mapped_area = areas[i];
  }
  for (std::size_t i = 0; i < count; ++i) {
    result.classes[i].share = mapped > 0 ? areas[i] / mapped : 0;
    if (points[i] == 0 && areas[i] > 0)
      result.warnings.push_back(
          fmt::format("class {} covers {:.2g}% of the mask and has no point: it is left out of the estimates",
                      names[i], 100 * areas[i] / mapped));
    if (points[i] == 1)
      result.warnings.push_back(fmt::format("class {} has a single point: no confidence interval", names[i]));
  }
  if (!(total > 0)) {
    constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
    result.overall = {undefined, undefined};
    for (SampledClass& one : result.classes) one.users = one.producers = one.area = {undefined, undefined};
    return result;
  }

  // n_ij / n_i.: of the points in stratum i, the share whose reference is j.
  const auto share = [&](std::size_t i, std::size_t j) {
    return points[i] > 0 ? static_cast<double>(matrix.at(j, i)) / points[i] : 0.0;
  };
  double overall = 0, overall_variance = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (points[i] == 0) continue;
    const double weight = area[i] / total;
    overall += weight * share(i, i);
    overall_variance += weight * weight * variance(share(i, i), points[i]);
  }
  result.overall = with_interval(overall, overall_variance);  // equations 1 and 5
  for (std::size_t j = 0; j < count; ++j) {
    double truth = 0, truth_variance = 0, others = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (points[i] == 0) continue;
      const double part = area[i] * area[i] * variance(share(i, j), points[i]);
      truth += area[i] * share(i, j);
      truth_variance += part;
      if (i != j) others += part;
    }
    SampledClass& one = result.classes[j];
    constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
    one.area = with_interval(truth, truth_variance);  // equations 9 to 11, times the whole area
    const double users = points[j] > 0 ? share(j, j) : undefined;
    one.users =
        points[j] > 0 ? with_interval(users, variance(users, points[j])) : Estimate{undefined, undefined};
    const double producers = truth > 0 ? area[j] * share(j, j) / truth : undefined;
    // Equation 7.
    const double own =
        points[j] > 0 ? area[j] * area[j] * (1 - producers) * (1 - producers) * variance(users, points[j])
                      : 0;
    one.producers = with_interval(producers, (own + producers * producers * others) / (truth * truth));
  }
  return result;
}

}  // namespace terramask
