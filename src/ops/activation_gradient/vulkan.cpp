#include "ops/activation_gradient/activation_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const ActivationGradient& op, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "activation_gradient", {static_cast<std::uint32_t>(op.activation.kind)},
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32f)},
                  op.activation.alpha);
}

}  // namespace terramask::ops
