#include <algorithm>

#include "ops/conv2d_weight_gradient/conv2d_weight_gradient.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {
namespace {

using vulkan::ceil_div;
using vulkan::u32;
using vulkan::View;

// How the sums are split: rows of an image into slices, outputs into ranges whose parts fit one binding.
struct Cut {
  std::int64_t rows = 1, slices = 1;  // rows per slice, slices per image
  std::int64_t parts = 1;             // slices of all images
  std::int64_t outputs = 1;           // per range
};

Cut cut(const Conv2dWeightGradient& op, const Shape& x, const Shape& dy, const vulkan::Traits& traits) {
  Cut c;
  // Slices are short enough for single precision and long enough to occupy a work group; longer if the parts
  // of 64 outputs (ranges are multiples of these) exceed a binding.
  constexpr std::int64_t outputs = 64;
  const std::int64_t of_output = x.c() * op.kernel.h * op.kernel.w * 4;
  const auto span = static_cast<std::int64_t>(traits.max_storage_range - traits.storage_alignment);
  for (std::int64_t pixels = 4096;; pixels *= 2) {
    c.rows = std::clamp<std::int64_t>(pixels / dy.w(), 1, dy.h());
    c.slices = (dy.h() + c.rows - 1) / c.rows;
    c.parts = dy.n() * c.slices;
    c.outputs = span / (of_output * c.parts);
    if (c.outputs >= std::min(dy.c(), outputs) || c.slices == 1) break;
  }
  c.outputs = c.outputs >= dy.c() ? dy.c() : c.outputs / outputs * outputs;
  if (c.outputs == 0)
    throw Error(ErrorCode::out_of_memory,
                std::string(op.name) + ": the parts of 64 outputs exceed the device's storage binding",
                "train on smaller batches");
  return c;
}

// The results of a work group of the direct kernel: enough products per load, without too much code.
struct Blocking {
  std::int64_t outputs = 16, inputs = 1, kernel_rows = 1, kernel_columns = 1;
};

Blocking blocking(const Extent2& kernel, std::int64_t outputs) {
  Blocking b;
  const bool whole = kernel.h * kernel.w <= 9;
  b.kernel_rows = whole ? kernel.h : 1;
  b.kernel_columns = std::min<std::int64_t>(kernel.w, 9);
  if (kernel.h * kernel.w == 1) b.inputs = 8;
  if (kernel.h * kernel.w > 1 && kernel.h * kernel.w <= 4) b.inputs = 2;
  b.outputs = std::min<std::int64_t>(b.outputs, outputs);
  return b;
}

}  // namespace

std::uint64_t scratch_bytes(const Conv2dWeightGradient& op, const Graph& graph, const Node& node,
                            const vulkan::Traits& traits) {
  const Shape &x = graph.type(node.operands[0]).shape, &dy = graph.type(node.operands[1]).shape;
  const Cut c = cut(op, x, dy, traits);
  if (c.parts == 1) return 0;
  return static_cast<std::uint64_t>(c.parts * c.outputs * x.c() * op.kernel.h * op.kernel.w) * 4;
}

void record(const Conv2dWeightGradient& op, vulkan::Recorder& recorder) {
  const Shape x = recorder.operand(0).shape, dy = recorder.operand(1).shape;
  const Cut c = cut(op, x, dy, recorder.traits());
  const std::int64_t of_output = x.c() * op.kernel.h * op.kernel.w;
  for (std::int64_t first = 0; first < dy.c(); first += c.outputs) {
    const std::int64_t count = std::min(c.outputs, dy.c() - first);
    vulkan::Binding result = recorder.write();
    result.offset = static_cast<std::uint64_t>(first * of_output) * 4;
    result.bytes = static_cast<std::uint64_t>(count * of_output) * 4;
    const vulkan::Binding parts =
        c.parts > 1 ? recorder.scratch(View::storage, 0, result.bytes * u32(c.parts)) : result;
    const auto push =
        vulkan::push_words(x.c(), dy.c(), x.h(), x.w(), dy.h(), dy.w(), op.padding.h, op.padding.w,
                           op.kernel.h, op.kernel.w, first, count, c.slices, c.rows);
    if (recorder.traits().direct()) {
      const Blocking b = blocking(op.kernel, dy.c());
      const bool quads = x.w() % 4 == 0 && b.kernel_columns == op.kernel.w;
      const std::int64_t taps = ((op.kernel.h + b.kernel_rows - 1) / b.kernel_rows) *
                                ((op.kernel.w + b.kernel_columns - 1) / b.kernel_columns);
      recorder.dispatch(
          "weight_gradient_direct",
          {u32(b.outputs), u32(b.inputs), u32(b.kernel_rows), u32(b.kernel_columns), u32(op.stride.h),
           u32(op.stride.w), u32(op.dilation.h), u32(op.dilation.w), dy.w() % 4 == 0 ? 1u : 0u,
           quads ? u32(op.padding.w + 1) : 0u, recorder.traits().subgroup_size},
          {recorder.read(0, View::r32f), recorder.read(0, View::rgba32f), recorder.read(1, View::r32f),
           recorder.read(1, View::rgba32f), parts},
          push, {u32((x.c() + b.inputs - 1) / b.inputs * taps), ceil_div(count, b.outputs), u32(c.parts)});
    } else {
      recorder.dispatch("weight_gradient_tiled",
                        {u32(op.stride.h), u32(op.stride.w), u32(op.dilation.h), u32(op.dilation.w)},
                        {recorder.read(0, View::storage), recorder.read(1, View::storage), parts}, push,
                        {ceil_div(of_output, 64), ceil_div(count, 64), u32(c.parts)});
    }
    if (c.parts == 1) continue;
    vulkan::Binding terms = parts;
    terms.view = View::r32f;
    const std::uint32_t groups = ceil_div(count * of_output, 64);
    recorder.dispatch("sum_parts", {}, {terms, result}, vulkan::push_words(count * of_output, c.parts),
                      {std::min(groups, 65535u), ceil_div(groups, 65535), 1});
  }
}

}  // namespace terramask::ops
