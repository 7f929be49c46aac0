#include "bounds_statistics.hpp"

#include <cmath>

namespace terramask::tests {
namespace {

using reference::Array;

constexpr double kSumError = 1e-6;       // of the magnitudes, for sums by runs
constexpr double rounding = 2.5e-7;      // of a result, for a few operations on it
constexpr double kFunctionError = 2e-6;  // of an exponential, at most about 1

/// Runs over an image's elements: each(element, channel).
template <class Each>
void for_elements(const Shape& shape, const Each& each) {
  const auto plane = static_cast<std::size_t>(shape.h() * shape.w());
  const auto channels = static_cast<std::size_t>(shape.c());
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape.elements()); ++i) each(i, i / plane % channels);
}

double pixels_of(const Shape& shape) {
  return static_cast<double>(shape.n() * shape.h() * shape.w());
}

}  // namespace

std::vector<Array> statistics_bounds(const ops::BatchNormTraining& op,
                                     const std::vector<const Array*>& operands) {
  const Array& x = *operands[0];
  const Shape vector{x.shape.c()};
  std::vector<Array> results{x, {vector, {}}, {vector, {}}, {vector, {}}, {vector, {}}};
  for (std::size_t i = 1; i < 5; ++i) results[i] = reference::make_array(vector);
  ops::BatchNormTraining plain = op;
  plain.activation = {};
  reference::evaluate(plain, operands, results);
  const auto& mean = results[1].values;
  const auto& inverse = results[2].values;

  const double count = pixels_of(x.shape);
  const auto channels = static_cast<std::size_t>(x.shape.c());
  std::vector<double> magnitude(channels), variance(channels);
  for_elements(x.shape, [&](std::size_t i, std::size_t c) {
    magnitude[c] += std::abs(x.values[i]) / count;
    variance[c] += (x.values[i] - mean[c]) * (x.values[i] - mean[c]) / count;
  });
  std::vector<Array> bounds;
  for (const Array& result : results) bounds.push_back(reference::make_array(result.shape));
  std::vector<double> relative(channels);  // of the inverse deviation
  for (std::size_t c = 0; c < channels; ++c) {
    const double mean_error = kSumError * magnitude[c];
    // Deviations are off by a rounding of what they are differences of.
    const double off = rounding * magnitude[c];
    const double variance_error =
        4 * kSumError * variance[c] + mean_error * mean_error + 2 * off * std::sqrt(variance[c]) + off * off;
    relative[c] = 0.5 * variance_error / (variance[c] + op.epsilon) + rounding;
    bounds[1].values[c] = mean_error;
    bounds[2].values[c] = relative[c] * inverse[c];
    const double kept = rounding * std::abs(operands[3]->values[c]);
    bounds[3].values[c] = op.momentum * mean_error + kept + rounding * std::abs(mean[c]);
    bounds[4].values[c] = op.momentum * (variance_error + rounding * variance[c]) * count / (count - 1) +
                          rounding * (operands[4]->values[c] + variance[c] * count / (count - 1));
  }
  const bool curved = op.activation.kind > ops::ActivationKind::leaky_relu;
  for_elements(x.shape, [&](std::size_t i, std::size_t c) {
    const double scale = std::abs(operands[1]->values[c]) * inverse[c];
    const double off = std::abs(x.values[i] - mean[c]);
    bounds[0].values[i] = scale * (bounds[1].values[c] + off * relative[c] +
                                   rounding * (std::abs(x.values[i]) + std::abs(mean[c]))) +
                          2 * rounding * (scale * off + std::abs(operands[2]->values[c])) +
                          (curved ? kFunctionError : 0);
  });
  return bounds;
}

std::vector<Array> statistics_bounds(const ops::BatchNormGradient& op,
                                     const std::vector<const Array*>& operands) {
  const Array& x = *operands[0];
  const auto& dy = operands[1]->values;
  const auto& mean = operands[3]->values;
  const Shape vector{x.shape.c()};
  const auto channels = static_cast<std::size_t>(x.shape.c());
  std::vector<Array> results{x, reference::make_array(vector), reference::make_array(vector)};
  reference::evaluate(op, operands, results);
  std::vector<Array> bounds;
  for (const Array& result : results) bounds.push_back(reference::make_array(result.shape));

  const double count = pixels_of(x.shape);
  std::vector<double> inverse(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const double given = operands[4]->values[c];
    inverse[c] = op.training ? std::abs(given) : 1 / std::sqrt(given + op.epsilon);
  }
  for_elements(x.shape, [&](std::size_t i, std::size_t c) {
    const double normal = (std::abs(x.values[i]) + std::abs(mean[c])) * inverse[c];
    bounds[1].values[c] += 2 * kSumError * std::abs(dy[i]) * normal;
    bounds[2].values[c] += kSumError * std::abs(dy[i]);
  });
  for_elements(x.shape, [&](std::size_t i, std::size_t c) {
    const double scale = std::abs(operands[2]->values[c]) * inverse[c];
    const double normal = (std::abs(x.values[i]) + std::abs(mean[c])) * inverse[c];
    double bound = 4 * rounding * std::abs(dy[i]);
    if (op.training)
      bound += (bounds[2].values[c] + normal * bounds[1].values[c] +
                4 * rounding * (std::abs(results[2].values[c]) + normal * std::abs(results[1].values[c]))) /
               count;
    bounds[0].values[i] = scale * bound;
  });
  return bounds;
}

}  // namespace terramask::tests
