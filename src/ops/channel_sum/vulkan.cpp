#include "ops/channel_sum/channel_sum.hpp"
#include "vulkan/recorder.hpp"

namespace terramask::ops {

void record(const ChannelSum& op, vulkan::Recorder&) {
  throw Error(ErrorCode::unsupported, std::string(op.name) + ": the Vulkan executor has no kernel yet");
}

}  // namespace terramask::ops
