// Dispatch of plane-wise kernels (shaders/common/planes.glsl): once per slice of the result's planes that the
// device can bind.
#pragma once

#include "vulkan/recorder.hpp"

namespace terramask::ops {

/// The first push constants of every plane-wise kernel.
struct PlanePush {
  std::int32_t width, height;  ///< of the result
  std::int32_t first;          ///< first plane of the slice
  std::int32_t lead;           ///< elements between the beginning of the binding and that plane
};

/// Treats a non-image as one row; element-wise, the axes do not matter.
inline Shape as_image(const Shape& shape) {
  return shape.rank() == 4 ? shape : Shape{1, 1, 1, shape.elements()};
}

/// `bindings` are those of the operands; the result's slice is appended. `push(PlanePush, slice)` returns the
/// constants.
template <class MakePush>
void dispatch_planes(vulkan::Recorder& recorder, std::string_view shader,
                     const std::vector<std::uint32_t>& constants,
                     const std::vector<vulkan::Binding>& bindings, MakePush&& push, std::size_t result = 0) {
  const Shape shape = as_image(recorder.result(result).shape);
  const std::int64_t area = shape.h() * shape.w();
  bool first = true;
  for (const vulkan::PlaneSlice& slice :
       vulkan::slice_planes(recorder.traits(), shape.n() * shape.c(), area)) {
    std::vector<vulkan::Binding> all = bindings;
    all.push_back(recorder.write(result));
    all.back().offset = slice.offset;
    all.back().bytes = slice.bytes;
    const PlanePush base{static_cast<std::int32_t>(shape.w()), static_cast<std::int32_t>(shape.h()),
                         static_cast<std::int32_t>(slice.first), static_cast<std::int32_t>(slice.lead)};
    recorder.dispatch(
        shader, constants, all, push(base, slice),
        {vulkan::ceil_div((shape.w() + 3) / 4 * shape.h(), 64), static_cast<std::uint32_t>(slice.planes), 1},
        first);
    first = false;
  }
}

}  // namespace terramask::ops
