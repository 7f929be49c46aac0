#include "ops/slice_gradient/slice_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const SliceGradient& op, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "slice_gradient", {}, {recorder.read(0, vulkan::View::r32f)}, op.channels,
                  op.begin, recorder.operand(0).shape.c());
}

}  // namespace terramask::ops
