#include "ops/batch_norm/batch_norm.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const BatchNorm& op, vulkan::Recorder& recorder) {
  using vulkan::View;
  dispatch_planes(
      recorder, "batch_norm", {static_cast<std::uint32_t>(op.activation.kind)},
      {recorder.read(0, View::r32f), recorder.packed(1, View::r32f), recorder.packed(2, View::r32f),
       recorder.packed(3, View::r32f), recorder.packed(4, View::r32f)},
      recorder.result().shape.c(), op.activation.alpha, op.epsilon);
}

}  // namespace terramask::ops
