#include "ops/softmax/softmax.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Softmax&, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "softmax", {}, {recorder.read(0, vulkan::View::r32f)},
                  recorder.operand(0).shape.c());
}

}  // namespace terramask::ops
