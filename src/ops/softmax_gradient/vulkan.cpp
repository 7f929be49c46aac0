#include "ops/softmax_gradient/softmax_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const SoftmaxGradient&, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "softmax_gradient", {},
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32f)},
                  recorder.operand(0).shape.c());
}

}  // namespace terramask::ops
