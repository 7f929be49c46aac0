#include "ops/cpu_winograd.hpp"

#include <cstring>

#include "cpu/loops.hpp"
#include "cpu/vectorised.hpp"

namespace terramask::ops {
namespace {

constexpr int lanes = 16, taps = 9, tile = 6;
using Row = cpu::Floats<lanes>;

// Interpolation in 0, ±a, ±b and ∞ (Winograd 1980; Lavin and Gray 2016), with oneDNN's points.
constexpr float a = 0.625F, b = 1.5F;
constexpr float at_zero = 1 / (a * a * b * b);
constexpr float at_a = 1 / (2 * a * a * (a * a - b * b)), at_b = 1 / (2 * b * b * (b * b - a * a));

[[gnu::always_inline]] inline void interpolate(const Row (&g)[3], Row (&out)[tile]) {
  out[0] = g[0] * at_zero;
  const Row even_a = (g[0] + g[2] * (a * a)) * at_a, odd_a = g[1] * (a * at_a);
  out[1] = even_a + odd_a;
  out[2] = even_a - odd_a;
  const Row even_b = (g[0] + g[2] * (b * b)) * at_b, odd_b = g[1] * (b * at_b);
  out[3] = even_b + odd_b;
  out[4] = even_b - odd_b;
  out[5] = g[2];
}

// One input's 3 × 3 weights for 16 outputs, to 6 × 6 of them that stand `stride` apart.
[[gnu::always_inline]] inline void transform_block(const float* weights, float* out, std::int64_t stride) {
  Row columns[3][tile];
  for (int v = 0; v < 3; ++v) {
    Row g[3];
    for (int u = 0; u < 3; ++u) std::memcpy(&g[u], weights + (u * 3 + v) * lanes, sizeof(Row));
    interpolate(g, columns[v]);
  }
  for (int j = 0; j < tile; ++j) {
    const Row g[3] = {columns[0][j], columns[1][j], columns[2][j]};
    Row row[tile];
    interpolate(g, row);
    for (int i = 0; i < tile; ++i) std::memcpy(out + (j * tile + i) * stride, &row[i], sizeof(Row));
  }
}

}  // namespace

std::optional<WinogradWeights> WinogradWeights::of(const dnnl::memory::desc& packed) {
  if (packed.data.format_kind != dnnl_format_kind_wino) return {};
  const dnnl_wino_desc_t& layout = packed.data.format_desc.wino_desc;
  if (layout.wino_format != dnnl_wino_wei_OBaaIBOIio || layout.r != 3 || layout.alpha != tile ||
      layout.ic_block != lanes || layout.oc_block != lanes || layout.adj_scale != 1)
    return {};
  WinogradWeights made;
  made.outputs_ = layout.oc;
  made.inputs_ = layout.ic;
  made.output_blocks_ = layout.oc2_block;
  made.input_blocks_ = layout.ic2_block;
  return made;
}

void WinogradWeights::transform(const float* weights, bool turned, float* out) const {
  const std::int64_t across = inputs_ / lanes, chunks = across / input_blocks_;
  cpu::parallel(outputs_ / lanes * across, [&](std::int64_t job) {
    const std::int64_t o = job / across, i = job % across;
    // [input][tap][output]
    float gathered[lanes * taps * lanes];
    for (int in = 0; in < lanes; ++in)
      for (int to = 0; to < lanes; ++to) {
        const std::int64_t input = i * lanes + in, output = o * lanes + to;
        const float* const from =
            weights + (turned ? input * outputs_ + output : output * inputs_ + input) * taps;
        for (int t = 0; t < taps; ++t)
          gathered[(in * taps + t) * lanes + to] = from[turned ? taps - 1 - t : t];
      }
    const std::int64_t block_elements = lanes * lanes;
    const std::int64_t stride = chunks * output_blocks_ * input_blocks_ * block_elements;
    float* const to =
        out + o / output_blocks_ * tile * tile * stride +
        ((i / input_blocks_ * output_blocks_ + o % output_blocks_) * input_blocks_ + i % input_blocks_) *
            block_elements;
    cpu::vectorised([&]() __attribute__((always_inline)) {
      for (int in = 0; in < lanes; ++in)
        transform_block(gathered + in * taps * lanes, to + in * lanes, stride);
    });
  });
}

}  // namespace terramask::ops
