#include "ops/pixel_loss_gradient/pixel_loss_gradient.hpp"
#include "ops/vulkan/losses.hpp"

namespace terramask::ops {

void record(const PixelLossGradient& op, vulkan::Recorder& recorder) {
  struct Push {
    PlanePush planes;
    std::int32_t channels;
    float smoothing, gamma, trust;
  };
  dispatch_planes(recorder, "pixel_loss_gradient", {static_cast<std::uint32_t>(op.loss.kind)},
                  labelled_with_chances(recorder), [&](const PlanePush& planes, const vulkan::PlaneSlice&) {
                    return Push{planes, static_cast<std::int32_t>(recorder.result().shape.c()),
                                static_cast<float>(op.loss.label_smoothing),
                                static_cast<float>(op.loss.gamma), static_cast<float>(op.loss.trust)};
                  });
}

}  // namespace terramask::ops
