// Copies whole planes from an operand to a part of the result, for concat and slice.
#pragma once

#include <algorithm>

#include "vulkan/recorder.hpp"

namespace terramask::ops {

/// Copies planes [source, source + planes) of operand `operand` to planes [target, target + planes) of result
/// 0. Copies within one node are independent of each other.
inline void copy_planes(vulkan::Recorder& recorder, std::size_t operand, std::int64_t source,
                        std::int64_t target, std::int64_t planes) {
  const Shape shape = recorder.result().shape;
  const std::int64_t area = shape.h() * shape.w();
  for (vulkan::PlaneSlice slice : vulkan::slice_planes(recorder.traits(), target + planes, area)) {
    // Slices divide the whole result; only the part within [target, target + planes) is copied.
    const std::int64_t from = std::max(slice.first, target),
                       to = std::min(slice.first + slice.planes, target + planes);
    if (from >= to) continue;
    const std::int64_t lead = slice.lead + (from - slice.first) * area;
    vulkan::Binding output = recorder.write();
    output.offset = slice.offset;
    output.bytes = slice.bytes;
    const bool quads = shape.w() % 4 == 0 && lead % 4 == 0;
    recorder.dispatch(
        "copy_planes", {quads ? 1u : 0u},
        {recorder.read(operand, vulkan::View::r32f), recorder.read(operand, vulkan::View::rgba32f), output},
        vulkan::push_words(shape.w(), shape.h(), from, lead, source + from - target),
        {vulkan::ceil_div((shape.w() + 3) / 4 * shape.h(), 64), vulkan::u32(to - from), 1}, false);
  }
}

}  // namespace terramask::ops
