#include "ops/max_unpool_gradient/max_unpool_gradient.hpp"
#include "ops/vulkan/planes.hpp"

namespace terramask::ops {

void record(const MaxUnpoolGradient& op, vulkan::Recorder& recorder) {
  const Shape dy = recorder.operand(0).shape;
  dispatch_planes(recorder, "max_unpool_gradient", window_constants(op),
                  {recorder.read(0, vulkan::View::r32f), recorder.read(1, vulkan::View::r32i)}, dy.w(),
                  dy.h(), op.padding.w, op.padding.h);
}

}  // namespace terramask::ops
