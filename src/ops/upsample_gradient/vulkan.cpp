#include "ops/upsample_gradient/upsample_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const UpsampleGradient& op, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "upsample_gradient", {op.mode == UpsampleMode::bilinear ? 1u : 0u},
                  {recorder.read(0, vulkan::View::r32f)}, op.factor.w, op.factor.h);
}

}  // namespace terramask::ops
