#include "ops/slice_gradient/slice_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const SliceGradient& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t channels, begin, count;
  };
  dispatch_planes(recorder, "slice_gradient", {}, {recorder.read(0, vulkan::View::r32f)},
                  [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
                    return Push{planes, static_cast<std::int32_t>(op.channels),
                                static_cast<std::int32_t>(op.begin),
                                static_cast<std::int32_t>(recorder.operand(0).shape.c())};
                  });
}

}  // namespace terramask::ops
