// Counter-based dropout (Srivastava et al. 2014): all devices drop the same elements.
#pragma once

#include "terramask/operator.hpp"

namespace terramask::ops {

/// Operands: x [N, C, H, W] and, in training, key (i32 [4]: the low and high word of the seed, the step, the
/// number of the batch's first sample). Result: y, as x. Without a key y = x. With a key, an element is 0
/// where its random number is below `rate`, else x · 1 / (1 − rate), with that factor rounded to single
/// precision. The random number of channel c, row h, column w of sample n is word 0 of Philox 4×32-10 (Salmon
/// et al. 2011) with the key's seed, at counter (c·H·W + h·W + w, first sample + n, step, layer), compared as
/// an unsigned integer with floor(rate · 2³²). The gradient is the same operator applied to dy.
struct Dropout {
  static constexpr std::string_view name = "dropout";
  static constexpr bool pixelwise = true;
  double rate = 0.5;       ///< 0 ≤ rate < 1
  std::int32_t layer = 0;  ///< distinguishes the layers of a network
};

std::vector<ValueType> infer(const Dropout& op, std::span<const ValueType> operands);
double flops(const Dropout& op, std::span<const ValueType> operands, std::span<const ValueType> results);
std::string describe(const Dropout& op);
void differentiate(const Dropout& op, Backward& backward);

}  // namespace terramask::ops
