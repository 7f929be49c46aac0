#include "ops/upsample_gradient/upsample_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const UpsampleGradient& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t factor_w, factor_h;
  };
  dispatch_planes(
      recorder, "upsample_gradient", {op.mode == UpsampleMode::bilinear ? 1u : 0u},
      {recorder.read(0, vulkan::View::r32f)}, [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
        return Push{planes, static_cast<std::int32_t>(op.factor.w), static_cast<std::int32_t>(op.factor.h)};
      });
}

}  // namespace terramask::ops
