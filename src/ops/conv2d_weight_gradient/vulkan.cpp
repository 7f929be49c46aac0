#include "ops/conv2d_weight_gradient/conv2d_weight_gradient.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

void record(const Conv2dWeightGradient& op, vulkan::Recorder&) {
  throw Error(ErrorCode::unsupported, std::string(op.name) + ": the Vulkan executor has no kernel yet");
}

}  // namespace terramask::ops
