#include "ops/activation/activation.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Activate& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    float alpha;
  };
  // Any rank: a vector is a one-row plane.
  dispatch_planes(recorder, "activation", {static_cast<std::uint32_t>(op.activation.kind)},
                  {recorder.read(0, vulkan::View::r32f)},
                  [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
                    return Push{planes, op.activation.alpha};
                  });
}

}  // namespace terramask::ops
