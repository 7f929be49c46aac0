// Products of pixels and weights, for the CPU convolutions. Each sum is a single chain of multiply-adds over
// the input channels in order. Its bits therefore do not depend on the number of pixels or outputs computed
// with it, nor on the thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

#include "cpu/vectorised.hpp"

namespace terramask::ops {

/// Pixels of images in groups of `lanes` channels, and weights [group of outputs][input][lanes].
struct Product {
  const float* x = nullptr;  ///< the first pixel; the next is `lanes` elements further
  std::int64_t x_step = 0;   ///< to the next group of channels
  std::int64_t groups = 0;   ///< of input channels
  const float* weights = nullptr;
  std::int64_t weight_step = 0;  ///< to the next group of outputs
  float* y = nullptr;
  std::int64_t pixel_step = 0, output_step = 0;  ///< to y's next pixel, and to its next group of outputs
};

/// Pixels processed at once: their sums for two groups of outputs stay in registers.
constexpr int product_pixels(int lanes) {
  return lanes == 16 ? 14 : 6;
}

template <int lanes, int pixels, int outputs>
[[gnu::always_inline]] inline void multiply_block(const Product& p) {
  using Row = cpu::Floats<lanes>;
  Row sum[outputs][pixels] = {};
  const float* weights = p.weights;
  for (std::int64_t group = 0; group < p.groups; ++group) {
    const float* const x = p.x + group * p.x_step;
#pragma GCC unroll 4
    for (int k = 0; k < lanes; ++k, weights += lanes) {
      Row weight[outputs];
#pragma GCC unroll 2
      for (int o = 0; o < outputs; ++o) std::memcpy(&weight[o], weights + o * p.weight_step, sizeof(Row));
#pragma GCC unroll 14
      for (int pixel = 0; pixel < pixels; ++pixel) {
        const float value = x[pixel * lanes + k];
#pragma GCC unroll 2
        for (int o = 0; o < outputs; ++o) sum[o][pixel] += weight[o] * value;
      }
    }
  }
#pragma GCC unroll 2
  for (int o = 0; o < outputs; ++o)
#pragma GCC unroll 14
    for (int pixel = 0; pixel < pixels; ++pixel)
      std::memcpy(p.y + o * p.output_step + pixel * p.pixel_step, &sum[o][pixel], sizeof(Row));
}

/// `pixels` is at most product_pixels; `outputs` is 1 or 2 groups. Call it inside cpu::vectorised.
template <int lanes>
[[gnu::always_inline]] inline void multiply(const Product& p, std::int64_t pixels, std::int64_t outputs) {
  const auto choose = [&]<int... less>(std::integer_sequence<int, less...>) __attribute__((always_inline)) {
    if (outputs == 2)
      ((pixels == less + 1 ? multiply_block<lanes, less + 1, 2>(p) : void()), ...);
    else
      ((pixels == less + 1 ? multiply_block<lanes, less + 1, 1>(p) : void()), ...);
  };
  choose(std::make_integer_sequence<int, product_pixels(lanes)>());
}

}  // namespace terramask::ops
