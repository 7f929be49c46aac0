#include "ops/max_pool/max_pool.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

void record(const MaxPool& op, vulkan::Recorder& recorder) {
  struct Push {
    std::int32_t channels, height, width, out_height, out_width, pad_h, pad_w;
    std::int32_t in_base, in_batch, out_base, out_batch, index_base, index_batch;
  };
  const Shape in = recorder.operand(0).shape, out = recorder.result().shape;
  const auto i32 = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
  const auto u32 = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  const std::int64_t in_area = in.h() * in.w(), area = out.h() * out.w();
  const bool quads_in = op.padding.w == 0 && in.w() % 4 == 0;
  bool first = true;
  // All planes of the batch are bound as channels of one image; values and indices have the same shape, and
  // thus the same slices.
  for (const vulkan::PlaneSlice& slice : vulkan::slice_planes(recorder.traits(), out.n() * out.c(), area)) {
    const bool quads_out = out.w() % 4 == 0 && slice.lead % 4 == 0;
    vulkan::Binding values = recorder.write(0), indices = recorder.write(op.indices ? 1 : 0);
    values.offset = indices.offset = slice.offset;
    values.bytes = indices.bytes = slice.bytes;
    const Push push{i32(slice.planes),
                    i32(in.h()),
                    i32(in.w()),
                    i32(out.h()),
                    i32(out.w()),
                    i32(op.padding.h),
                    i32(op.padding.w),
                    i32(slice.first * in_area),
                    0,
                    i32(slice.lead),
                    0,
                    i32(slice.lead),
                    0};
    recorder.dispatch(
        "max_pool",
        {u32(op.kernel.h), u32(op.kernel.w), u32(op.stride.h), u32(op.stride.w), op.indices ? 1u : 0u,
         quads_out ? 1u : 0u, quads_in ? 1u : 0u},
        {recorder.read(0, vulkan::View::r32f), recorder.read(0, vulkan::View::rgba32f), values, indices},
        push, {vulkan::ceil_div((out.w() + 3) / 4 * out.h(), 8), u32(slice.planes), 1}, first);
    first = false;
  }
}

}  // namespace terramask::ops
