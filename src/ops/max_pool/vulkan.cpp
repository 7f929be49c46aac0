#include "ops/max_pool/max_pool.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

void record(const MaxPool& op, vulkan::Recorder& recorder) {
  using vulkan::i32;
  using vulkan::u32;
  struct Push {
    std::int32_t channels, height, width, out_height, out_width, pad_h, pad_w;
    std::int32_t in_base, in_batch = 0, out_base, out_batch = 0, index_base, index_batch = 0;
  };
  const Shape in = recorder.operand(0).shape, out = recorder.result().shape;
  const std::int64_t in_area = in.h() * in.w(), area = out.h() * out.w();
  const bool quads_in = op.padding.w == 0 && in.w() % 4 == 0;
  // All planes of the batch are bound as channels of one image; values and indices have the same shape, and
  // thus the same slices.
  for (const vulkan::PlaneSlice& slice : vulkan::slice_planes(recorder.traits(), out.n() * out.c(), area)) {
    const bool quads_out = out.w() % 4 == 0 && slice.lead % 4 == 0;
    vulkan::Binding values = recorder.write(0), indices = recorder.write(op.indices ? 1 : 0);
    values.offset = indices.offset = slice.offset;
    values.bytes = indices.bytes = slice.bytes;
    const Push push{.channels = i32(slice.planes),
                    .height = i32(in.h()),
                    .width = i32(in.w()),
                    .out_height = i32(out.h()),
                    .out_width = i32(out.w()),
                    .pad_h = i32(op.padding.h),
                    .pad_w = i32(op.padding.w),
                    .in_base = i32(slice.first * in_area),
                    .out_base = i32(slice.lead),
                    .index_base = i32(slice.lead)};
    recorder.dispatch(
        "max_pool",
        {u32(op.kernel.h), u32(op.kernel.w), u32(op.stride.h), u32(op.stride.w), op.indices ? 1u : 0u,
         quads_out ? 1u : 0u, quads_in ? 1u : 0u},
        {recorder.read(0, vulkan::View::r32f), recorder.read(0, vulkan::View::rgba32f), values, indices},
        push, {vulkan::ceil_div((out.w() + 3) / 4 * out.h(), 8), u32(slice.planes), 1}, slice.first == 0);
  }
}

}  // namespace terramask::ops
