// The source positions of an upsampling result, for the references of the operator and its gradient.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/extents.hpp"
#include "ops/upsample/upsample.hpp"

namespace terramask::ops {

/// The two source positions on either side of a result position, and the fraction of the way to the second.
struct Between {
  std::int64_t first, second;
  double fraction;
};

inline Between between(UpsampleMode mode, std::int64_t i, std::int64_t factor, std::int64_t extent) {
  if (mode == UpsampleMode::nearest) return {i / factor, i / factor, 0};
  const std::int64_t numerator = 2 * i + 1 - factor, denominator = 2 * factor;
  const std::int64_t first = floor_div(numerator, denominator);
  const double fraction =
      static_cast<double>(numerator - first * denominator) / static_cast<double>(denominator);
  return {std::clamp<std::int64_t>(first, 0, extent - 1), std::clamp<std::int64_t>(first + 1, 0, extent - 1),
          fraction};
}

}  // namespace terramask::ops
