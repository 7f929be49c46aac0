#include "bounds_training.hpp"

#include <algorithm>
#include <cmath>

#include "ops/operators.hpp"

namespace terramask::tests {
namespace {

using reference::Array;

constexpr double rounding = 1.2e-7;        // of one result
constexpr double kArithmeticError = 1e-6;  // of the magnitudes, for a few operations
constexpr double kFunctionError = 4e-6;    // of what is made of exponentials and logarithms

Array magnitudes(Array array) {
  for (double& value : array.values) value = std::abs(value);
  return array;
}

Array like(const Array& array, double value) {
  return reference::make_array(array.shape, value);
}

/// share · (|result| + floor).
Array relative(const Array& result, double share, double floor = 0) {
  Array bound = magnitudes(result);
  for (double& value : bound.values) value = share * (value + floor);
  return bound;
}

/// Of a linear operator: the same on magnitudes.
Array linear(const Operator& op, std::vector<const Array*> operands, const Array& result, double share) {
  const Array first = magnitudes(*operands[0]);
  operands[0] = &first;
  std::vector<Array> sums{like(result, 0)};
  reference::evaluate(op, operands, sums);
  return relative(sums[0], share);
}

double largest(const Array& array) {
  double most = 0;
  for (const double value : array.values) most = std::max(most, std::abs(value));
  return most;
}

double sum(const Array& array) {
  double total = 0;
  for (const double value : array.values) total += std::abs(value);
  return total;
}

// Logarithms cancel in what is as large as the logits.
std::vector<Array> loss_bounds(const std::vector<const Array*>& operands,
                               const std::vector<const Array*>& results) {
  const double weights = sum(*operands[2]), logits = largest(*operands[0]);
  Array total = relative(*results[0], kArithmeticError);
  total.values[0] += kFunctionError * weights + rounding * logits * weights;
  std::vector<Array> bounds{total};
  if (results.size() > 1) bounds.push_back(like(*results[1], (kFunctionError + rounding * logits) * weights));
  return bounds;
}

std::vector<Array> slope_bounds(const std::vector<const Array*>& operands, const Array& dz, double steepest) {
  Array bound = like(dz, 0);
  const double logits = largest(*operands[0]);
  for (std::int64_t n = 0; n < dz.shape.n(); ++n)
    for (std::int64_t c = 0; c < dz.shape.c(); ++c)
      for (std::int64_t i = 0; i < dz.shape.h(); ++i)
        for (std::int64_t j = 0; j < dz.shape.w(); ++j)
          bound.at(n, c, i, j) =
              operands[2]->at(n, 0, i, j) * (kFunctionError + 2 * rounding * logits) * steepest;
  return {bound};
}

}  // namespace

std::vector<Array> training_bounds(const Operator& op, const std::vector<const Array*>& operands,
                                   const std::vector<const Array*>& results) {
  const Array& first = *results[0];
  if (op.as<ops::MaxUnpoolGradient>() != nullptr || op.as<ops::SliceGradient>() != nullptr)
    return {like(first, 0)};
  if (op.as<ops::Dropout>() != nullptr || op.as<ops::Accumulate>() != nullptr)
    return {relative(first, rounding)};
  if (op.as<ops::MaxPoolGradient>() != nullptr || op.as<ops::AvgPoolGradient>() != nullptr ||
      op.as<ops::UpsampleGradient>() != nullptr)
    return {linear(op, operands, first, kArithmeticError)};
  if (op.as<ops::ActivationGradient>() != nullptr) {
    Array bound = magnitudes(*operands[1]);
    for (std::size_t i = 0; i < bound.values.size(); ++i)
      bound.values[i] *= 2 * rounding * (1 + std::pow(operands[0]->values[i], 2));
    return {bound};
  }
  if (op.as<ops::SoftmaxGradient>() != nullptr) {
    // Sums of products over the channels of a pixel.
    const auto channels = static_cast<double>(first.shape.c());
    return {
        like(first, rounding * (1 + channels) * std::pow(largest(*operands[0]), 2) * largest(*operands[1]))};
  }
  if (op.as<ops::PixelLoss>() != nullptr || op.as<ops::DiceLoss>() != nullptr)
    return loss_bounds(operands, results);
  if (op.as<ops::PixelLossGradient>() != nullptr) return slope_bounds(operands, first, 1);
  if (const auto* dice = op.as<ops::DiceLossGradient>())
    return slope_bounds(operands, first, 4 * operands[4]->values[1] / (20 + dice->smooth));
  if (op.as<ops::SumSquares>() != nullptr) {
    const double before = operands.size() > 1 ? std::abs(operands[1]->values[0]) : 0;
    return {relative(first, kArithmeticError, before)};
  }
  std::vector<Array> bounds;
  if (op.as<ops::GradientScale>() != nullptr)
    for (const Array* result : results) bounds.push_back(relative(*result, kArithmeticError));
  if (op.as<ops::Sgd>() != nullptr || op.as<ops::Adam>() != nullptr)
    for (const Array* result : results) bounds.push_back(relative(*result, kArithmeticError, 1));
  return bounds;
}

}  // namespace terramask::tests
