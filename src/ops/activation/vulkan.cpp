#include "ops/activation/activation.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Activate& op, vulkan::Recorder& recorder) {
  // Any rank: a vector is a one-row plane.
  dispatch_planes(recorder, "activation", {static_cast<std::uint32_t>(op.activation.kind)},
                  {recorder.read(0, vulkan::View::r32f)}, op.activation.alpha);
}

}  // namespace terramask::ops
