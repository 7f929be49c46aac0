#include "ops/upsample/upsample.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const Upsample& op, vulkan::Recorder& recorder) {
  const Shape in = recorder.operand(0).shape;
  dispatch_planes(recorder, "upsample", {op.mode == UpsampleMode::bilinear ? 1u : 0u},
                  {recorder.read(0, vulkan::View::r32f)}, in.w(), in.h(), op.factor.w, op.factor.h);
}

}  // namespace terramask::ops
