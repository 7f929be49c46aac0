#include "ops/dice_loss_gradient/dice_loss_gradient.hpp"
#include "ops/vulkan/losses.hpp"

namespace terramask::ops {

void record(const DiceLossGradient& op, vulkan::Recorder& recorder) {
  std::vector<vulkan::Binding> bindings = labelled(recorder);
  bindings.push_back(recorder.read(3, vulkan::View::r32f));
  bindings.push_back(recorder.read(4, vulkan::View::r32f));
  dispatch_planes(recorder, "dice_loss_gradient", {}, bindings, recorder.result().shape.c(), op.smooth);
}

}  // namespace terramask::ops
