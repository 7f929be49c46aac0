#include "ops/pad/pad.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Pad& op, vulkan::Recorder& recorder) {
  const Shape in = recorder.operand(0).shape;
  dispatch_planes(recorder, "pad", {}, {recorder.read(0, vulkan::View::r32f)}, in.w(), in.h(), op.top,
                  op.left);
}

}  // namespace terramask::ops
