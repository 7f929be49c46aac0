// The weight gradient as products of rows: for each tap, a row of x (16 channels per pixel) times a row of
// dy, summed over pixels in registers. Sums are over the rows of a slice, then over slices; both are
// determined by the shape.
#include <algorithm>
#include <cstring>
#include <vector>

#include "cpu/builder.hpp"
#include "cpu/vectorised.hpp"
#include "ops/conv2d_weight_gradient/conv2d_weight_gradient.hpp"
#include "ops/extents.hpp"

namespace terramask::ops {
namespace {

/// Images with channels stored together in groups of `block`, the last group padded with zeros.
struct Grouped {
  const float* data = nullptr;
  std::int64_t images = 0, channels = 0, rows = 0, columns = 0;
  int block = 1;

  std::int64_t groups() const { return (channels + block - 1) / block; }
  std::int64_t elements() const { return images * groups() * rows * columns * block; }
  const float* row(std::int64_t image, std::int64_t group, std::int64_t y) const {
    return data + ((image * groups() + group) * rows + y) * columns * block;
  }
};

Grouped grouped(const Shape& shape, int block) {
  return {nullptr, shape.n(), shape.c(), shape.h(), shape.w(), block};
}

void group_channels(const cpu::Image<const float>& x, const Grouped& to, float* target) {
  cpu::parallel(to.images * to.groups() * to.rows, [&](std::int64_t job) {
    const std::int64_t row = job % to.rows, group = job / to.rows % to.groups(),
                       image = job / to.rows / to.groups();
    float* const out = target + job * to.columns * to.block;
    for (int lane = 0; lane < to.block; ++lane) {
      const std::int64_t channel = group * to.block + lane;
      if (channel < to.channels) {
        const float* const from = x.channel_row(image, channel, row);
        for (std::int64_t j = 0; j < to.columns; ++j) out[j * to.block + lane] = from[j * x.block];
      } else {
        for (std::int64_t j = 0; j < to.columns; ++j) out[j * to.block + lane] = 0;
      }
    }
  });
}

/// sums[k][lane] += Σ_p x[p][k] · dy[p][lane] for k < inputs, lane < outputs.
template <int inputs, int outputs>
[[gnu::always_inline]] inline void add_products(const float* x, std::int64_t step, const float* dy,
                                                std::int64_t count, float* sums) {
  using Row = cpu::Floats<outputs>;
  Row sum[inputs] = {};
  for (std::int64_t p = 0; p < count; ++p, x += step, dy += outputs) {
    Row gradient;
    std::memcpy(&gradient, dy, sizeof(gradient));
#pragma GCC unroll 16
    for (int k = 0; k < inputs; ++k) sum[k] += gradient * x[k];
  }
#pragma GCC unroll 16
  for (int k = 0; k < inputs; ++k) {
    Row before;
    std::memcpy(&before, sums + k * outputs, sizeof(before));
    before += sum[k];
    std::memcpy(sums + k * outputs, &before, sizeof(before));
  }
}

/// Groups of channels whose rows are processed together, so that they stay in the cache.
constexpr std::int64_t tile = 2;

struct Work {
  Conv2dWeightGradient op;
  Grouped x, dy;
  std::int64_t slices = 1, rows_per_slice = 1;

  std::int64_t taps() const { return op.kernel.h * op.kernel.w; }
  std::int64_t x_tiles() const { return (x.groups() + tile - 1) / tile; }
  std::int64_t dy_tiles() const { return (dy.groups() + tile - 1) / tile; }
  std::int64_t weights() const { return dy.channels * x.channels * taps(); }
};

/// Pixels of a row processed at a time: with their neighbours, they stay in the first-level cache for all
/// taps.
constexpr std::int64_t kRunLength = 128;

/// The columns of dy whose windows have a tap inside the image, and their offset to the left in x.
struct Columns {
  std::int64_t first, last, shift;
};

Columns columns_of(const Work& work, std::int64_t v) {
  const Window w = window(work.op, Axis::columns);
  const std::int64_t shift = v * w.dilation - w.padding;
  return {std::max<std::int64_t>(0, ceil_div(-shift, w.stride)),
          std::min(work.dy.columns, floor_div(work.x.columns - 1 - shift, w.stride) + 1), shift};
}

/// A tile's sums [dy group][x group][tap][x channel][dy channel] over the rows of a slice.
template <int inputs, int outputs>
void add_rows(const Work& work, std::int64_t slice, std::int64_t dy_first, std::int64_t x_first,
              float* sums) {
  const Conv2dWeightGradient& op = work.op;
  const std::int64_t taps = work.taps();
  std::vector<Columns> columns;
  for (std::int64_t v = 0; v < op.kernel.w; ++v) columns.push_back(columns_of(work, v));
  const std::int64_t all = work.dy.images * work.dy.rows;
  const std::int64_t begin = slice * work.rows_per_slice, end = std::min(all, begin + work.rows_per_slice);
  const std::int64_t dy_count = std::min(tile, work.dy.groups() - dy_first),
                     x_count = std::min(tile, work.x.groups() - x_first);

  cpu::vectorised([&]() __attribute__((always_inline)) {
    const auto add_run = [&](std::int64_t image, std::int64_t row, std::int64_t g, std::int64_t h,
                             std::int64_t from, std::int64_t to) __attribute__((always_inline)) {
      const float* const gradient = work.dy.row(image, dy_first + g, row);
      for (std::int64_t u = 0; u < op.kernel.h; ++u) {
        const std::int64_t y = row * op.stride.h + u * op.dilation.h - op.padding.h;
        if (y < 0 || y >= work.x.rows) continue;
        const float* const pixels = work.x.row(image, x_first + h, y);
        for (std::int64_t v = 0; v < op.kernel.w; ++v) {
          const Columns& c = columns[static_cast<std::size_t>(v)];
          const std::int64_t first = std::max(from, c.first), last = std::min(to, c.last);
          if (first >= last) continue;
          const std::int64_t tap = (g * tile + h) * taps + u * op.kernel.w + v;
          add_products<inputs, outputs>(pixels + (first * op.stride.w + c.shift) * inputs,
                                        op.stride.w * inputs, gradient + first * outputs, last - first,
                                        sums + tap * inputs * outputs);
        }
      }
    };
    for (std::int64_t at = begin; at < end; ++at)
      for (std::int64_t from = 0; from < work.dy.columns; from += kRunLength)
        for (std::int64_t g = 0; g < dy_count; ++g)
          for (std::int64_t h = 0; h < x_count; ++h)
            add_run(at / work.dy.rows, at % work.dy.rows, g, h, from,
                    std::min(from + kRunLength, work.dy.columns));
  });
}

using AddRows = void (*)(const Work&, std::int64_t, std::int64_t, std::int64_t, float*);

template <int outputs>
AddRows choose_rows(int inputs) {
  switch (inputs) {
    case 16:
      return add_rows<16, outputs>;
    case 8:
      return add_rows<8, outputs>;
    case 4:
      return add_rows<4, outputs>;
    case 2:
      return add_rows<2, outputs>;
    default:
      return add_rows<1, outputs>;
  }
}

void store(const Work& work, std::int64_t dy_first, std::int64_t x_first, const float* sums, float* weights) {
  const std::int64_t taps = work.taps(), lanes = work.dy.block;
  const std::int64_t o_first = dy_first * lanes, i_first = x_first * work.x.block;
  const std::int64_t o_last = std::min(work.dy.channels, o_first + tile * lanes),
                     i_last = std::min(work.x.channels, i_first + tile * work.x.block);
  for (std::int64_t o = o_first; o < o_last; ++o)
    for (std::int64_t i = i_first; i < i_last; ++i) {
      const std::int64_t pair = (o - o_first) / lanes * tile + (i - i_first) / work.x.block;
      const float* const from = sums + (pair * taps * work.x.block + i % work.x.block) * lanes + o % lanes;
      float* const to = weights + (o * work.x.channels + i) * taps;
      for (std::int64_t t = 0; t < taps; ++t) to[t] = from[t * work.x.block * lanes];
    }
}

// Writes to `parts`, slice by slice, or directly to the result if there is only one slice.
void run(const Work& work, float* parts, float* result) {
  const AddRows add = work.dy.block == 16 ? choose_rows<16>(work.x.block) : choose_rows<8>(work.x.block);
  const std::int64_t tiles = work.dy_tiles() * work.x_tiles();
  cpu::parallel(work.slices * tiles, [&](std::int64_t job) {
    const std::int64_t slice = job / tiles, dy_first = job % tiles / work.x_tiles() * tile,
                       x_first = job % work.x_tiles() * tile;
    std::vector<float> sums(
        static_cast<std::size_t>(tile * tile * work.taps() * work.x.block * work.dy.block));
    add(work, slice, dy_first, x_first, sums.data());
    store(work, dy_first, x_first, sums.data(), work.slices > 1 ? parts + slice * work.weights() : result);
  });
  if (work.slices == 1) return;
  cpu::parallel_runs(work.weights(), 4096, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      double sum = 0;
      for (std::int64_t slice = 0; slice < work.slices; ++slice) sum += parts[slice * work.weights() + i];
      result[i] = static_cast<float>(sum);
    }
  });
}

int narrow_block(std::int64_t channels, int most) {
  int block = 1;
  while (block < most && block < channels) block *= 2;
  return block;
}

}  // namespace

void prepare(const Conv2dWeightGradient& op, cpu::Builder& builder) {
  const auto x = builder.operand(0), dy = builder.operand(1);
  const int native = builder.traits().block;
  Work work{.op = op,
            .x = grouped(x.shape, x.block > 1 ? x.block : narrow_block(x.shape.c(), native)),
            .dy = grouped(dy.shape, native)};
  // Enough work items for many threads, each with several rows.
  const std::int64_t rows = dy.shape.n() * dy.shape.h(), tiles = work.dy_tiles() * work.x_tiles();
  work.slices = std::clamp<std::int64_t>((64 + tiles - 1) / tiles, 1, (rows + 7) / 8);
  work.rows_per_slice = (rows + work.slices - 1) / work.slices;
  work.slices = (rows + work.rows_per_slice - 1) / work.rows_per_slice;

  const bool group_x = x.block != work.x.block, group_dy = dy.block != work.dy.block;
  const auto floats = [&](std::int64_t count) {
    return static_cast<float*>(builder.scratch(static_cast<std::uint64_t>(count) * sizeof(float)));
  };
  float* const x_groups = floats(group_x ? work.x.elements() : 0);
  float* const dy_groups = floats(group_dy ? work.dy.elements() : 0);
  float* const parts = floats(work.slices > 1 ? work.slices * work.weights() : 0);
  work.x.data = group_x ? x_groups : x.data;
  work.dy.data = group_dy ? dy_groups : dy.data;
  builder.step("weight_gradient", [&] {
    return [=, result = builder.result().data] {
      if (group_x) group_channels(x, work.x, x_groups);
      if (group_dy) group_channels(dy, work.dy, dy_groups);
      run(work, parts, result);
    };
  });
}

}  // namespace terramask::ops
