#include "ops/batch_norm_gradient/batch_norm_gradient.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

void record(const BatchNormGradient& op, vulkan::Recorder&) {
  throw Error(ErrorCode::unsupported, std::string(op.name) + ": the Vulkan executor has no kernel yet");
}

}  // namespace terramask::ops
