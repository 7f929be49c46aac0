// Dispatch of plane-wise kernels (shaders/common/planes.glsl): once per slice of the result's planes that the
// device can bind.
#pragma once

#include "vulkan/recorder.hpp"

namespace terramask::ops {

/// `bindings` are those of the operands; the result's slice is appended. The push constants are the result's
/// width and height, the first plane of the slice, the elements between the beginning of the binding and that
/// plane, and then `more`, in the shader's order.
template <class... Numbers>
void dispatch_planes(vulkan::Recorder& recorder, std::string_view shader,
                     const std::vector<std::uint32_t>& constants,
                     const std::vector<vulkan::Binding>& bindings, Numbers... more) {
  Shape shape = recorder.result().shape;
  if (shape.rank() != 4) shape = {1, 1, 1, shape.elements()};  // element-wise, the axes do not matter
  const std::int64_t area = shape.h() * shape.w();
  for (const vulkan::PlaneSlice& slice :
       vulkan::slice_planes(recorder.traits(), shape.n() * shape.c(), area)) {
    std::vector<vulkan::Binding> all = bindings;
    all.push_back(recorder.write());
    all.back().offset = slice.offset;
    all.back().bytes = slice.bytes;
    recorder.dispatch(shader, constants, all,
                      vulkan::push_words(shape.w(), shape.h(), slice.first, slice.lead, more...),
                      {vulkan::ceil_div((shape.w() + 3) / 4 * shape.h(), 64), vulkan::u32(slice.planes), 1},
                      slice.first == 0);
  }
}

/// The first specialisation constants of the kernels that go over windows.
template <class Op>
std::vector<std::uint32_t> window_constants(const Op& op) {
  return {vulkan::u32(op.kernel.h), vulkan::u32(op.kernel.w), vulkan::u32(op.stride.h),
          vulkan::u32(op.stride.w)};
}

}  // namespace terramask::ops
