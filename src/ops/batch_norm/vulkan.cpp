#include "ops/batch_norm/batch_norm.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const BatchNorm& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t channels;
    float alpha, epsilon;
  };
  using vulkan::View;
  dispatch_planes(
      recorder, "batch_norm", {static_cast<std::uint32_t>(op.activation.kind)},
      {recorder.read(0, View::r32f), recorder.packed(1, View::r32f), recorder.packed(2, View::r32f),
       recorder.packed(3, View::r32f), recorder.packed(4, View::r32f)},
      [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
        return Push{planes, static_cast<std::int32_t>(recorder.result().shape.c()), op.activation.alpha,
                    static_cast<float>(op.epsilon)};
      });
}

}  // namespace terramask::ops
