#include "ops/batch_norm_training/batch_norm_training.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

void record(const BatchNormTraining& op, vulkan::Recorder&) {
  throw Error(ErrorCode::unsupported, std::string(op.name) + ": the Vulkan executor has no kernel yet");
}

}  // namespace terramask::ops
