#include "ops/max_unpool/max_unpool.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const MaxUnpool& op, vulkan::Recorder& recorder) {
  const Shape in = recorder.operand(0).shape;
  dispatch_planes(recorder, "max_unpool", window_constants(op),
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32i)}, in.w(),
                  in.h(), op.padding.w, op.padding.h);
}

}  // namespace terramask::ops
