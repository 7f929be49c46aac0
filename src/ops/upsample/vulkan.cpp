#include "ops/upsample/upsample.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Upsample& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t in_width, in_height, factor_w, factor_h;
  };
  const Shape in = recorder.operand(0).shape;
  dispatch_planes(
      recorder, "upsample", {op.mode == UpsampleMode::bilinear ? 1u : 0u},
      {recorder.read(0, vulkan::View::r32f)}, [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
        return Push{planes, static_cast<std::int32_t>(in.w()), static_cast<std::int32_t>(in.h()),
                    static_cast<std::int32_t>(op.factor.w), static_cast<std::int32_t>(op.factor.h)};
      });
}

}  // namespace terramask::ops
