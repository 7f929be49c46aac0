#include "ops/pad/pad.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Pad& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t in_width, in_height, top, left;
  };
  const Shape in = recorder.operand(0).shape;
  dispatch_planes(recorder, "pad", {}, {recorder.read(0, vulkan::View::r32f)},
                  [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
                    return Push{planes, static_cast<std::int32_t>(in.w()), static_cast<std::int32_t>(in.h()),
                                static_cast<std::int32_t>(op.top), static_cast<std::int32_t>(op.left)};
                  });
}

}  // namespace terramask::ops
