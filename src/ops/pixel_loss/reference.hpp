// Iteration over the pixels of a loss, for the references of all losses.
#pragma once

#include <limits>
#include <vector>

#include "ops/pixel_loss/terms.hpp"
#include "ops/reference.hpp"

namespace terramask::ops {

/// Calls work(n, row, column, logits, label, weight) for every pixel whose weight is not 0. An invalid label
/// sets the logits to NaN.
template <class Work>
void each_weighted_pixel(reference::Operands operands, const Work& work) {
  const reference::Array& z = *operands[0];
  std::vector<double> logits(static_cast<std::size_t>(z.shape.c()));
  for (std::int64_t n = 0; n < z.shape.n(); ++n)
    for (std::int64_t i = 0; i < z.shape.h(); ++i)
      for (std::int64_t j = 0; j < z.shape.w(); ++j) {
        const double weight = operands[2]->at(n, 0, i, j);
        if (weight == 0) continue;
        const auto label = static_cast<std::int64_t>(operands[1]->at(n, 0, i, j));
        const bool known = is_label(logits.size(), label);
        for (std::size_t c = 0; c < logits.size(); ++c)
          logits[c] =
              known ? z.at(n, static_cast<std::int64_t>(c), i, j) : std::numeric_limits<double>::quiet_NaN();
        work(n, i, j, std::span<const double>(logits), known ? label : 0, weight);
      }
}

/// A label's row of the chances; empty if the loss uses none.
inline std::span<const double> chances_of(reference::Operands operands, std::int64_t label) {
  if (operands.size() < 4) return {};
  const auto channels = static_cast<std::size_t>(operands[3]->shape[0]);
  return std::span(operands[3]->values).subspan(static_cast<std::size_t>(label) * channels, channels);
}

}  // namespace terramask::ops
