#include "ops/argmax/argmax.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Argmax&, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "argmax", {}, {recorder.read(0, vulkan::View::r32f)},
                  recorder.operand(0).shape.c());
}

}  // namespace terramask::ops
