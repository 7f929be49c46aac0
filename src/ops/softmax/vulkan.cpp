#include "ops/softmax/softmax.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Softmax&, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t channels;
  };
  dispatch_planes(recorder, "softmax", {}, {recorder.read(0, vulkan::View::r32f)},
                  [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
                    return Push{planes, static_cast<std::int32_t>(recorder.operand(0).shape.c())};
                  });
}

}  // namespace terramask::ops
