#include "ops/conv2d/kernels.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace terramask::ops {
namespace {

using vulkan::Binding;
using vulkan::ceil_div;
using vulkan::i32;
using vulkan::PlaneSlice;
using vulkan::Recorder;
using vulkan::u32;
using vulkan::View;

// The convolution as the kernels see it: gathering, with the taps of one phase.
struct Gather {
  Extent2 source_kernel;  // of the weights, with dilation expanded if there are several phases
  Extent2 taps;           // kernel of one phase
  Extent2 stride, dilation, padding, phases;
  Extent2 spread;         // dilation already expanded in the weights: tap k is at k · spread
  bool reversed = false;  // transposed: taps are reversed, weights are I × O
};

Gather gather(const Convolution& c) {
  if (!c.transposed) return {c.kernel, c.kernel, c.stride, c.dilation, c.padding, {1, 1}, {1, 1}, false};
  if (c.upsampling == Extent2{1, 1})
    return {c.kernel,
            c.kernel,
            {1, 1},
            c.dilation,
            {c.dilation.h * (c.kernel.h - 1) - c.padding.h, c.dilation.w * (c.kernel.w - 1) - c.padding.w},
            {1, 1},
            {1, 1},
            true};
  const Extent2 whole{c.dilation.h * (c.kernel.h - 1) + 1, c.dilation.w * (c.kernel.w - 1) + 1};
  const Extent2 taps{(whole.h + c.upsampling.h - 1) / c.upsampling.h,
                     (whole.w + c.upsampling.w - 1) / c.upsampling.w};
  return {whole, taps, {1, 1}, {1, 1}, c.padding, c.upsampling, c.dilation, true};
}

// The results computed by one lane of the direct kernel, and the number of taps it processes at a time.
// Chosen by kernel and channels only, from measurements (BENCHMARKS.md): 16 channels × 2 rows × 4 columns
// keep the broadcast of weights cheap without overflowing the instruction cache.
struct Blocking {
  std::int64_t columns = 4, rows = 2, channels = 16, depth = 1, kernel_rows = 1;
};

Blocking blocking(const Gather& g, std::int64_t outputs) {
  Blocking b;
  const std::int64_t area = g.taps.h * g.taps.w;
  b.kernel_rows = g.taps.h;
  if (area == 1 && g.phases == Extent2{1, 1}) {
    b.channels = 32;
    b.depth = 4;
    if (outputs < 16) b.rows = 4;
  } else if (area == 1) {
    b.depth = 4;
  } else if (g.taps.h >= 5 || g.taps.w >= 5) {
    b.kernel_rows = 1;
    if (g.stride == Extent2{1, 1}) {
      b.columns = 8;
      b.rows = 1;
    }
  }
  if (outputs < 16) b.channels = outputs;
  return b;
}

std::vector<float> padded_bias(const Tensor* bias, std::int64_t outputs, std::int64_t multiple) {
  std::vector<float> values(static_cast<std::size_t>((outputs + multiple - 1) / multiple * multiple));
  if (bias != nullptr) std::copy(bias->values<float>().begin(), bias->values<float>().end(), values.begin());
  return values;
}

// [phase][output block][input step][kernel row block][fetch of 4 · lanes]: within a fetch [output][tap],
// where a tap is (input channel of the step, kernel row, kernel column).
std::vector<float> pack_direct(const Tensor& weight, const Gather& g, const Blocking& b, std::int64_t lanes) {
  const auto values = weight.values<float>();
  const Shape& shape = weight.shape();
  const std::int64_t outputs = g.reversed ? shape[1] : shape[0], inputs = g.reversed ? shape[0] : shape[1];
  const std::int64_t steps = (inputs + b.depth - 1) / b.depth, row_blocks = g.taps.h / b.kernel_rows;
  const std::int64_t blocks = (outputs + b.channels - 1) / b.channels;
  const std::int64_t taps = b.depth * b.kernel_rows * g.taps.w, span = 4 * lanes,
                     fetches = (b.channels * taps + span - 1) / span;
  std::vector<float> packed(
      static_cast<std::size_t>(g.phases.h * g.phases.w * blocks * steps * row_blocks * fetches * span));

  const auto source = [&](std::int64_t o, std::int64_t i, std::int64_t y, std::int64_t x) -> float {
    if (y >= g.source_kernel.h || x >= g.source_kernel.w || y % g.spread.h != 0 || x % g.spread.w != 0)
      return 0;
    const std::int64_t row = y / g.spread.h, column = x / g.spread.w;
    const std::int64_t first = g.reversed ? i : o, second = g.reversed ? o : i;
    return values[static_cast<std::size_t>(((first * shape[1] + second) * shape[2] + row) * shape[3] +
                                           column)];
  };
  for (std::int64_t phase = 0; phase < g.phases.h * g.phases.w; ++phase) {
    const std::int64_t py = phase / g.phases.w, px = phase % g.phases.w;
    const std::int64_t first_y = (py + g.padding.h) % g.phases.h, first_x = (px + g.padding.w) % g.phases.w;
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t i = 0; i < inputs; ++i)
        for (std::int64_t ky = 0; ky < g.taps.h; ++ky)
          for (std::int64_t kx = 0; kx < g.taps.w; ++kx) {
            std::int64_t y = ky, x = kx;
            if (g.phases == Extent2{1, 1} && g.reversed) {
              y = g.taps.h - 1 - ky;
              x = g.taps.w - 1 - kx;
            } else if (g.reversed) {
              y = first_y + g.phases.h * (g.taps.h - 1 - ky);
              x = first_x + g.phases.w * (g.taps.w - 1 - kx);
            }
            const std::int64_t block =
                ((phase * blocks + o / b.channels) * steps + i / b.depth) * row_blocks + ky / b.kernel_rows;
            const std::int64_t tap = (i % b.depth * b.kernel_rows + ky % b.kernel_rows) * g.taps.w + kx;
            packed[static_cast<std::size_t>(block * fetches * span + o % b.channels * taps + tap)] =
                source(o, i, y, x);
          }
  }
  return packed;
}

// [phase][output][input][tap row][tap column], dense.
std::vector<float> pack_tiled(const Tensor& weight, const Gather& g) {
  // The direct packing for one lane with one row of taps per step, without padding fetches to 4.
  const std::vector<float> loose = pack_direct(weight, g, Blocking{1, 1, 1, 1, 1}, 1);
  const std::size_t stride = static_cast<std::size_t>((g.taps.w + 3) / 4) * 4;
  std::vector<float> packed;
  packed.reserve(loose.size() / stride * static_cast<std::size_t>(g.taps.w));
  for (auto at = loose.begin(); at != loose.end(); at += static_cast<std::ptrdiff_t>(stride))
    packed.insert(packed.end(), at, at + g.taps.w);
  return packed;
}

struct Push {
  std::int32_t inputs, outputs, height, width, out_height, out_width, pad_h, pad_w;
  std::int32_t in_base, in_batch, out_base, out_batch;
  std::int32_t first_output;
  float alpha;
};

/// The results of one dispatch: planes of one image, or all images.
struct Part {
  std::int64_t image, images;
  PlaneSlice slice;
};

// One image at a time if its result must be split into slices, otherwise all at once.
std::vector<Part> parts_of(const Shape& out, const vulkan::Traits& traits, std::int64_t block) {
  const std::int64_t area = out.h() * out.w();
  const auto whole = vulkan::slice_planes(traits, out.n() * out.c(), area, block);
  if (whole.size() == 1) return {{0, out.n(), whole.front()}};
  std::vector<Part> parts;
  for (std::int64_t image = 0; image < out.n(); ++image)
    for (PlaneSlice slice : vulkan::slice_planes(traits, out.c(), area, block)) {
      const std::uint64_t begin =
          static_cast<std::uint64_t>(image * out.c() + slice.first) * static_cast<std::uint64_t>(area) * 4;
      slice.offset = begin / traits.storage_alignment * traits.storage_alignment;
      slice.lead = static_cast<std::uint32_t>((begin - slice.offset) / 4);
      slice.bytes = begin - slice.offset + static_cast<std::uint64_t>(slice.planes * area) * 4;
      parts.push_back({image, 1, slice});
    }
  return parts;
}

Push push_of(const Convolution& convolution, const Gather& from, const Shape& in, const Shape& out,
             const Part& part) {
  const std::int64_t image = in.c() * in.h() * in.w();
  return {.inputs = i32(in.c()),
          .outputs = i32(out.c()),
          .height = i32(in.h()),
          .width = i32(in.w()),
          .out_height = i32(out.h()),
          .out_width = i32(out.w()),
          .pad_h = i32(from.padding.h),
          .pad_w = i32(from.padding.w),
          .in_base = i32(part.image * image),
          .in_batch = i32(image),
          .out_base = i32(part.slice.lead),
          .out_batch = i32(out.c() * out.h() * out.w()),
          .first_output = i32(part.slice.first),
          .alpha = convolution.activation.alpha};
}

// Uses vector loads where rows remain aligned: the phases of a transposed convolution are shifted relative to
// each other.
bool loads_quads(const Gather& from, const Blocking& blocks, const Shape& in) {
  const bool one_tap = from.taps == Extent2{1, 1} && from.padding == Extent2{0, 0};
  return in.w() % 4 == 0 && from.stride.w == 1 && blocks.columns % 4 == 0 && from.padding.w >= 0 &&
         (from.phases == Extent2{1, 1} || one_tap);
}

bool stores_quads(const Gather& from, const Shape& out, const PlaneSlice& slice) {
  return out.w() % 4 == 0 && slice.lead % 4 == 0 && out.h() * out.w() % 4 == 0 &&
         from.phases == Extent2{1, 1};
}

}  // namespace

void record_convolution(const Convolution& convolution, Recorder& recorder) {
  const Shape in = recorder.operand(0).shape, out = recorder.result().shape;
  const Gather from = gather(convolution);
  const bool direct = recorder.traits().direct();
  const Blocking blocks = blocking(from, out.c());
  const std::int64_t block = direct ? blocks.channels : 64;
  const std::int64_t lanes = recorder.traits().subgroup_size;
  const std::string key =
      fmt::format("{}{}.{}.{}.{} p{},{} u{},{} d{},{}", direct ? "direct" : "tiled", from.reversed ? "T" : "",
                  blocks.channels, blocks.depth, blocks.kernel_rows, from.padding.h % from.phases.h,
                  from.padding.w % from.phases.w, from.phases.h, from.phases.w, from.spread.h, from.spread.w);

  const bool has_bias = recorder.operands() > 2;
  const auto outputs = out.c();
  const Binding bias = recorder.packed(
      has_bias ? 2 : 1, View::storage, fmt::format("{}bias{}", has_bias ? "" : "no ", block),
      [=](const Tensor& tensor) { return padded_bias(has_bias ? &tensor : nullptr, outputs, block); });
  const Binding weights =
      recorder.packed(1, direct ? View::rgba32f : View::storage, key, [=](const Tensor& tensor) {
        return direct ? pack_direct(tensor, from, blocks, lanes) : pack_tiled(tensor, from);
      });

  const std::int64_t phase_h = ceil_div(out.h(), from.phases.h), phase_w = ceil_div(out.w(), from.phases.w);
  const auto activation = static_cast<std::uint32_t>(convolution.activation.kind);
  bool first = true;
  for (const Part& part : parts_of(out, recorder.traits(), block)) {
    const Push push = push_of(convolution, from, in, out, part);
    const std::int64_t channels = part.images > 1 ? out.c() : part.slice.planes;
    Binding output = recorder.write();
    output.offset = part.slice.offset;
    output.bytes = part.slice.bytes;
    const std::uint32_t z = u32(part.images * from.phases.h * from.phases.w);
    if (direct) {
      const bool quads = loads_quads(from, blocks, in), stores = stores_quads(from, out, part.slice);
      recorder.dispatch(
          "conv2d_direct",
          {u32(blocks.columns), u32(blocks.rows), u32(blocks.channels), u32(from.taps.h), u32(from.taps.w),
           u32(from.stride.h), u32(from.stride.w), u32(from.dilation.h), u32(from.dilation.w),
           u32(blocks.depth), u32(blocks.kernel_rows), activation, stores ? 1u : 0u, quads ? 1u : 0u,
           quads ? u32(from.padding.w) : 0u, u32(from.phases.h), u32(from.phases.w), u32(lanes)},
          {recorder.read(0, View::r32f), recorder.read(0, View::rgba32f), weights, bias, output}, push,
          {ceil_div(ceil_div(phase_w, blocks.columns) * ceil_div(phase_h, blocks.rows), lanes),
           ceil_div(channels, blocks.channels), z},
          first);
    } else {
      recorder.dispatch(
          "conv2d_tiled",
          {u32(from.taps.h), u32(from.taps.w), u32(from.stride.h), u32(from.stride.w), u32(from.dilation.h),
           u32(from.dilation.w), activation, 4, 4, u32(from.phases.h), u32(from.phases.w)},
          {recorder.read(0, View::storage), weights, bias, output}, push,
          {ceil_div(phase_h * phase_w, 64), ceil_div(channels, 64), z}, first);
    }
    first = false;
  }
}

}  // namespace terramask::ops
