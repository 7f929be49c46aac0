#include "ops/add/add.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Add& op, vulkan::Recorder& recorder) {
  dispatch_planes(recorder, "add", {static_cast<std::uint32_t>(op.activation.kind)},
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32f)},
                  op.activation.alpha);
}

}  // namespace terramask::ops
