// The transforms of Winograd's F(4,3): interpolation at 0, ±a, ±b and ∞ (Winograd 1980; Lavin and Gray 2016).
#pragma once

#include <cstdint>
#include <cstring>

#include "cpu/vectorised.hpp"

namespace terramask::ops::winograd {

constexpr int taps = 3;    ///< of the kernel, along each axis
constexpr int tile = 4;    ///< results along each axis
constexpr int points = 6;  ///< operands and products of a tile along each axis
constexpr int all = points * points;

// Points with small single-precision errors; oneDNN uses the same.
constexpr float a = 0.625F, b = 1.5F;
constexpr float aa = a * a, bb = b * b;
constexpr float kAtZero = 1 / (aa * bb);
constexpr float kAtA = 1 / (2 * aa * (aa - bb)), kAtB = 1 / (2 * bb * (bb - aa));

// On processors with fused multiply-add, the compiler chooses which of a sum's two products it fuses, and
// whether it fuses a product shared by two sums. The code below leaves no choice, so that all compilers
// produce the same bits: a product that must be rounded separately is fused with a zero (which is not
// optimised away because it changes -0); every other product is fused with its own sum.
#ifdef __clang__
#pragma clang fp contract(on)  // within an expression, even if the product is shared
#endif

template <class Row>
[[gnu::always_inline]] inline void transform_weights(const Row (&g)[taps], Row (&out)[points]) {
  const Row zero{};
  out[0] = g[0] * kAtZero;
  const Row even_a = g[2] * aa + g[0], odd_a = g[1] * (a * kAtA) + zero;
  out[1] = even_a * kAtA + odd_a;
  out[2] = even_a * kAtA - odd_a;
  const Row even_b = g[2] * bb + g[0], odd_b = g[1] * (b * kAtB) + zero;
  out[3] = even_b * kAtB + odd_b;
  out[4] = even_b * kAtB - odd_b;
  out[5] = g[2];
}

template <class Row>
[[gnu::always_inline]] inline void transform_operands(const Row (&d)[points], Row (&out)[points]) {
  const Row zero{};
  out[0] = d[0] * (aa * bb) - (d[2] * (aa + bb) + zero) + d[4];
  const Row even_a = d[4] - d[2] * bb, odd_a = d[3] - d[1] * bb;
  out[1] = even_a + odd_a * a;
  out[2] = even_a - odd_a * a;
  const Row even_b = d[4] - d[2] * aa, odd_b = d[3] - d[1] * aa;
  out[3] = even_b + odd_b * b;
  out[4] = even_b - odd_b * b;
  out[5] = d[1] * (aa * bb) - (d[3] * (aa + bb) + zero) + d[5];
}

template <class Row>
[[gnu::always_inline]] inline void transform_products(const Row (&m)[points], Row (&out)[tile]) {
  const Row zero{};
  const Row sum_a = m[1] + m[2], sum_b = m[3] + m[4], less_a = m[1] - m[2], less_b = m[3] - m[4];
  out[0] = m[0] + sum_a + sum_b;
  out[1] = less_a * a + (less_b * b + zero);
  out[2] = sum_a * aa + (sum_b * bb + zero);
  out[3] = less_a * (aa * a) + (less_b * (bb * b) + zero) + m[5];
}

#ifdef __clang__
#pragma clang fp contract(fast)  // as on the command line
#endif

/// Transforms along the columns, then along the rows: `from` and `to` contain from_size² and to_size² rows of
/// channels.
template <class Row, int from_size, int to_size, class Transform>
[[gnu::always_inline]] inline void transform_both(const Row (&from)[from_size][from_size],
                                                  Row (&to)[to_size][to_size], const Transform& transform) {
  Row half[from_size][to_size];  // [column][transformed row]
#pragma GCC unroll 6
  for (int j = 0; j < from_size; ++j) {
    Row column[from_size];
#pragma GCC unroll 6
    for (int i = 0; i < from_size; ++i) column[i] = from[i][j];
    transform(column, half[j]);
  }
#pragma GCC unroll 6
  for (int i = 0; i < to_size; ++i) {
    Row row[from_size];
#pragma GCC unroll 6
    for (int j = 0; j < from_size; ++j) row[j] = half[j][i];
    transform(row, to[i]);
  }
}

}  // namespace terramask::ops::winograd
