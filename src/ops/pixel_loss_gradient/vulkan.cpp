#include "ops/pixel_loss_gradient/pixel_loss_gradient.hpp"
#include "ops/vulkan/losses.hpp"

namespace terramask::ops {

void record(const PixelLossGradient& op, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "pixel_loss_gradient", {static_cast<std::uint32_t>(op.loss.kind)},
                  labelled_with_chances(recorder), recorder.result().shape.c(), op.loss.label_smoothing,
                  op.loss.gamma, op.loss.trust);
}

}  // namespace terramask::ops
